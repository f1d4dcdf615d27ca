"""Run the command line: ``python -m crysformer``."""

import sys

from crysformer.cli.parser import main

if __name__ == "__main__":
    sys.exit(main(program="python -m crysformer"))

"""Run the app with random weights: ``python serve_random.py app.py [options]``."""

import sys
from pathlib import Path

TESTS = Path(__file__).parents[1]


def main() -> None:
    """Put the random network where the shipped one is loaded, then start Streamlit."""
    sys.path[:0] = [str(TESTS.parent), str(TESTS)]
    from random_model import random_checkpoint
    from streamlit.web import cli

    import crysformer.predict

    crysformer.predict.load_checkpoint = lambda *_: random_checkpoint()
    sys.argv = ["streamlit", "run", *sys.argv[1:]]
    cli.main()


main()

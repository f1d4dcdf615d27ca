"""Run the command line: ``python -m crysformer`` and ``crysformer``."""

import signal
import sys


def start(program: str = "crysformer") -> int:
    """Run a command as a process of its own.

    Returns:
        The exit status.
    """
    # First of all: while it only starts or prints, a command has nothing to keep, and
    # Ctrl-C ends it as SIGTERM does. Those that have take signals, see cli.endings.
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    from crysformer.cli.parser import main

    return main(program=program)


if __name__ == "__main__":
    sys.exit(start("python -m crysformer"))

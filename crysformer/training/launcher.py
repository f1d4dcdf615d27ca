"""Torchrun as training wants it: a stop signal ends a run, it does not fail it.

    python -m crysformer.training.launcher --standalone -m crysformer train …

Torchrun passes SIGTERM and SIGINT on to the ranks, which end their step and save; then it
reports the signal as an error of its own.
"""

import sys

from torch.distributed import run
from torch.distributed.elastic.multiprocessing.api import SignalException


def main() -> None:
    """Run torchrun with this process's arguments."""
    try:
        run.main(sys.argv[1:])
    except SignalException as stop:
        print(
            f"Stopped by {stop.sigval.name}; the run's state is saved.", file=sys.stderr
        )


if __name__ == "__main__":
    main()

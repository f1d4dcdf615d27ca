"""Torchrun as training wants it, with its own options: on one machine or on many.

    python -m crysformer.training.launcher --standalone -m crysformer train …

A stop signal ends a run, it does not fail it, and ranks that are started again find each
other.

Torchrun passes SIGTERM and SIGINT on to the ranks, which end their step and save; then it
reports the signal as an error of its own.
"""

import os
import sys

from torch.distributed import run
from torch.distributed.elastic.multiprocessing.api import SignalException

OWN_STORE = "TORCH_DISABLE_SHARE_RDZV_TCP_STORE"


def main() -> None:
    """Run torchrun with this process's arguments."""
    # The store that torch 2.13 shares between agents and ranks keeps the addresses of
    # ranks that have died, and those started again wait for them without end.
    os.environ.setdefault(OWN_STORE, "1")
    try:
        run.main(sys.argv[1:])
    except SignalException as stop:
        print(
            f"Stopped by {stop.sigval.name}; the run's state is saved.", file=sys.stderr
        )


if __name__ == "__main__":
    main()

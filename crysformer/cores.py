"""How many processor cores this process may use."""

import os


def available_cores() -> int:
    """Cores of the machine, or those that a scheduler or a container left."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1

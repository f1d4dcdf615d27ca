"""Memory that a process keeps between two steps of a computation."""

import ctypes
import sys

KEPT_MB = 128
"""What a forward pass over a batch takes and frees (our choice): the widest network
needs about 100 MB for 32 crystals."""

_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3
# The most that glibc takes for the second (DEFAULT_MMAP_THRESHOLD_MAX on 64 bits).
_LARGEST_BLOCK_MB = 32


def keep_heap(megabytes: int = KEPT_MB) -> bool:
    """Keep freed memory instead of giving it back to the system and taking it again.

    Each page that comes new from the system is cleared first, at every step anew: a sixth
    of a forward pass on a CPU. For processes that compute in one thread; every other
    thread that does would keep as much.

    Args:
        megabytes: The most that is kept at the heap's end.

    Returns:
        Whether it could be told to: glibc can.
    """
    if not sys.platform.startswith("linux"):
        return False
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except AttributeError:  # musl
        return False
    wanted = {_MMAP_THRESHOLD: _LARGEST_BLOCK_MB, _TRIM_THRESHOLD: megabytes}
    return all(mallopt(name, size * 2**20) for name, size in wanted.items())

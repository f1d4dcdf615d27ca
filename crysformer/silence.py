"""Silence around calls of libraries that warn about what we check ourselves."""

import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

# warnings.catch_warnings swaps a global: two sessions of the app doing so at once could
# leave the filters of one behind for all.
_LOCK = threading.RLock()


@contextmanager
def quiet() -> Iterator[None]:
    """Ignore all warnings inside, one thread at a time."""
    with _LOCK, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield

"""Silence around calls of libraries that warn about what we check ourselves."""

import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress


class _Inside:
    """Takes the place of a filter's pattern for modules: matches in one quiet block."""

    def __init__(self) -> None:
        self.thread: int | None = threading.get_ident()

    def match(self, module: str) -> bool:
        return self.thread == threading.get_ident()


@contextmanager
def quiet() -> Iterator[None]:
    """Ignore all warnings inside; other threads hear theirs, and none waits.

    ``warnings.catch_warnings`` swaps the filters of the whole process, so that sessions
    would have to wait for each other. A filter that asks which thread warns need not.
    """
    inside = _Inside()
    own = ("ignore", None, Warning, inside, 0)
    warnings.filters.insert(0, own)
    try:
        yield
    finally:
        inside.thread = None  # Whoever copied the filters meanwhile keeps a dead one.
        with suppress(ValueError):  # They may have been swapped.
            warnings.filters.remove(own)

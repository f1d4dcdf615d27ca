"""How many worker processes the app may have."""

import os

from crysformer.cores import available_cores
from crysformer.errors import SettingsError

VARIABLE = "CRYSFORMER_WORKERS"
"""Environment variable with the number; ``crysformer app --workers`` sets it."""

MOST = 64
_UNASKED = 2


def default_workers() -> int:
    """Two at most: each holds its own copy of torch and the model, about 400 MB."""
    return min(_UNASKED, available_cores())


def chosen_workers() -> int:
    """Return the number that the environment names, or the default.

    Raises:
        SettingsError: It names no such number.
    """
    text = os.environ.get(VARIABLE, "").strip()
    return checked(text) if text else default_workers()


def checked(text: str) -> int:
    """Read a number of processes.

    Raises:
        SettingsError: It is none, or too many.
    """
    if text.isascii() and text.isdigit() and int(text) <= MOST:
        return int(text)
    raise SettingsError(
        f"The number of workers cannot be “{text[:20]}”; give a whole number from 0 to "
        f"{MOST}."
    )

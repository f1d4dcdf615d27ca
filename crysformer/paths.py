"""Folders of the project: the app's pages, the bundled models, what the app serves.

In a checkout they stand beside the package. An installed package carries them inside
itself, as the wheel put them there (see pyproject.toml).
"""

import os
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent
_BUNDLED = _PACKAGE / "_bundled"

ROOT = _BUNDLED if _BUNDLED.is_dir() else _PACKAGE.parent
"""``app.py``, ``pages``, ``static``, ``weights`` and ``.streamlit`` stand here."""

STATIC = ROOT / "static"
"""Files that the app serves as they are."""


def weights_folder() -> Path:
    """Folder of the models that can be chosen by name.

    The environment variable ``CRYSFORMER_WEIGHTS`` names another one than the bundled;
    it is read at every call.
    """
    named = os.environ.get("CRYSFORMER_WEIGHTS")
    return Path(named).expanduser() if named else ROOT / "weights"

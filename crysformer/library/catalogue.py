"""Textbook crystals that come with the package, typed as facts with their sources.

The facts live in ``crystals.toml``. A pymatgen structure is built only when one is asked
for, so that a page can list the whole library before anything heavy has been imported.
"""

import difflib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from crysformer.errors import LibraryError
from crysformer.library.crystal import LibraryCrystal
from crysformer.library.parse import parse_library


@cache
def load_library() -> Mapping[str, LibraryCrystal]:
    """Read the crystals that come with the package.

    Returns:
        The crystals by id, in the order of the file; the same mapping at every call.

    Raises:
        LibraryError: The file is damaged.
    """
    return parse_library(Path(__file__).with_name("crystals.toml").read_text("utf-8"))


def get_crystal(id_: str) -> LibraryCrystal:
    """Return one crystal by its name in a URL.

    Args:
        id_: The crystal's id.

    Raises:
        LibraryError: No crystal has this id; the sentence names the closest ones.
    """
    library = load_library()
    if id_ in library:
        return library[id_]
    close = difflib.get_close_matches(id_.lower(), library, n=3, cutoff=0.5)
    advice = (
        f"Did you mean {', '.join(close)}?"
        if close
        else "Search the library by element or formula instead."
    )
    raise LibraryError(f"The library has no crystal called '{id_[:60]}'. {advice}")

"""The textbook crystals that come with the project: facts with sources, and a search.

``crystals.toml`` holds the facts; ``load_library`` returns them as ``LibraryCrystal``,
which builds the structure.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "catalogue": ["get_crystal", "load_library"],
        "search": ["find_crystals"],
    },
)

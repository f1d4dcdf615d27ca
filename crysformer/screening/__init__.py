"""Many crystals in one go: from files and zips to a table."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submodules=[
        "archives",
        "distributed",
        "output",
        "parts",
        "paths",
        "screen",
        "sources",
        "table_file",
        "workers",
    ],
)

"""Parts of the page Predict, ``app.py``."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submodules=[
        "cards",
        "downloads",
        "explained",
        "facts",
        "near_symmetric",
        "property_table",
        "trace",
    ],
)

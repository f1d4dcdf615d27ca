"""Parts of the page Compare."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__, submodules=["response", "table"]
)

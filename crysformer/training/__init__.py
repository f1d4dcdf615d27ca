"""From data folders to a run, and from a run to ``weights/NAME``."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__, submodules=["export", "start"]
)

"""What every page draws: frame and menu, crystal picker, view and export menus."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(__name__, submodules=["tables"])

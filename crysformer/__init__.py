"""Crysformer: properties of crystals and the attention behind them.

``Predictor`` answers for structures, ``read_structure`` and ``read_file`` read them, and
``get_crystal`` finds a textbook crystal by its id. Each is imported at its first use.
"""

import lazy_loader

__version__ = "0.1.0"

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "library": ["get_crystal"],
        "predict": ["Predictor"],
        "structure": ["read_file", "read_structure"],
    },
)

"""Plotly figures, each from the numbers it shows."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__, submodules=["crystals", "diffraction", "faithfulness"]
)

"""Crysformer: properties of crystals and the attention behind them.

Imports run one way: structures -> cell -> graph -> symmetry -> model -> predict.
"""

__version__ = "0.1.0"

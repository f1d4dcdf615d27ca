"""Attention weights on every bond of the given cell, reduced and drawn.

The network's weights of orbits come in; weights of single bonds and of pairs of bonds go
out, as arrays, rows and scenes. ``reduce`` makes one number of all blocks and heads.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submodules=["export"],
    submod_attrs={"weights": ["BondAttention", "PairAttention"]},
)

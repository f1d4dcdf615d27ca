"""From a structure to the graphs that the network computes on.

Standard cell, neighbours (by the rule in ``rule``), symmetry quotient, tensors.
``CrystalGraph`` is the prepared crystal that every question takes.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={"crystal": ["CrystalGraph"]},
)

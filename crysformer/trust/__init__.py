"""How far a predicted number can be believed.

Prediction intervals, and how far a crystal is from the training data. Graphs and features
of a network come in; the network itself is not needed.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={"novelty": ["Novelty"]},
)

"""The network, and the folder ``weights/NAME`` in which it ships.

A ``GraphBatch`` comes in; standardised outputs and all attention weights go out. Nothing
is stored on the network.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "checkpoint": ["load_checkpoint"],
        "config": ["ModelConfig"],
        "network": ["Crysformer"],
    },
)

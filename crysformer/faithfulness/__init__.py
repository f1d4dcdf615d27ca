"""Does attention follow the effect of bonds on the prediction?

Bonds are removed, whole orbits at a time, and the changes are compared with attention
and with baselines.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submodules=[
        "contributions",
        "controls",
        "correlation",
        "curves",
        "judged",
        "knockout",
        "orbits",
        "study",
        "tables",
        "verdict",
    ],
)

"""The table of properties, and the arithmetic on their values.

Label, unit, training weight and release column of a property stand in ``table``, whose
fields ``entry`` describes; ``scaling`` turns values into training targets and back;
``metrics`` measures errors.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={"table": ["PROPERTIES"]},
)

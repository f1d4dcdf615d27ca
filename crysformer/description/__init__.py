"""What is known of a crystal without any model.

A ``Structure`` comes in; symmetry, Wyckoff positions, coordination, structure type and
diffraction go out.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={"summary": ["crystal_facts"]},
)

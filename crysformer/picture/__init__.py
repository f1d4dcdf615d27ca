"""A crystal as drawable data: atoms, bonds, colours, camera.

No Streamlit and no network; a ``Scene`` is plain JSON that a viewer draws.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submodules=["html"],
    submod_attrs={"scene": ["Scene", "build_scene"]},
)

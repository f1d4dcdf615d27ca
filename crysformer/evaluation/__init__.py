"""Measured errors of a bundled model: on held-back files, and against golden values."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__, submodules=["evaluate", "golden"]
)

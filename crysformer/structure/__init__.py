"""Read, check, write and change a crystal.

A file's bytes come in and a pymatgen ``Structure`` goes out: ordered, periodic, with
atoms at possible distances. What is wrong with a file is said in one sentence.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submodules=["frames", "ordering", "read"],
    submod_attrs={"read": ["read_file", "read_structure"]},
)

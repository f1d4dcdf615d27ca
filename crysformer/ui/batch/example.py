"""A set of files for those who have none at hand: textbook crystals of the library."""

from crysformer.library.catalogue import load_library
from crysformer.ui.batch.job import Input

COUNT = 30
_MOST_SITES = 16


def example_files() -> list[Input]:
    """Return crystals spread evenly over the library, as POSCAR files."""
    structures = {name: each.structure() for name, each in load_library().items()}
    small = [name for name, each in structures.items() if len(each) <= _MOST_SITES]
    chosen = [small[k * len(small) // COUNT] for k in range(COUNT)]
    return [
        (f"{name}.vasp", structures[name].to(fmt="poscar").encode()) for name in chosen
    ]

"""Large cells are described by a worker process.

Where symmetry is nearly lost, spglib takes seconds in which it lets no other session run.
"""

from collections.abc import Callable, Hashable
from typing import Any, TypeVar

from pymatgen.core import Structure

from crysformer.ui.session.pool import computed

Found = TypeVar("Found")

_SITES_HERE = 200
_DEADLINE_S = 60.0


def is_large(structure: Structure) -> bool:
    """Whether describing a crystal is left to a worker process."""
    return len(structure) > _SITES_HERE


def described(
    structure: Structure,
    key: Hashable,
    describe: Callable[..., Found],
    *arguments: Any,
) -> Found:
    """Return what a function says of a structure, wherever it is worked out.

    Args:
        structure: The crystal.
        key: What stands for it.
        describe: A function of a module; takes the structure first.
        arguments: What it takes besides; hashable.

    Raises:
        CrysformerError: As ``pool.computed`` says, or the function.
    """
    if not is_large(structure):
        return describe(structure, *arguments)
    return computed(
        (describe.__qualname__, key, arguments),
        describe,
        structure,
        *arguments,
        deadline=_DEADLINE_S,
        doing="Finding the symmetry of a large cell",
    )

"""What a parser hands over, and the checks that several parsers share.

A check raises `StructureError` with a predicate ("has no cell, ...") that
`crysformer.structure.read` puts behind the file's name.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from crysformer.errors import StructureError
from crysformer.structure.periodic import heights
from crysformer.structure.stated import Stated

MAX_SITES = 2000
"""With no symmetry left, predicting as many takes about 1.5 GB (docs/performance.md)."""

OCCUPANCY_TOLERANCE = 1e-3
OVERFULL_TOLERANCE = 0.02
"""How far above 1 refined occupancies may add up; above it sites overlap."""

_MAX_CELL_LENGTH = 1000.0
_MIN_CELL_VOLUME = 0.1
_MAX_CONDITION = 1e8
"""Above it, half of the digits of a position are lost."""


Species = Sequence[tuple[str | int, float]]
"""What is on a site: symbols or atomic numbers, with occupancies."""


class RawCrystal(NamedTuple):
    """What a file says, before anything but its form was checked."""

    lattice: ArrayLike
    """Rows are the cell vectors, in Å."""
    sites: Sequence[Species]
    """For each site, the species on it."""
    coords: ArrayLike
    """One row for each site, fractional or in Å."""
    cartesian: bool = False
    stated: Stated = Stated()
    """What else the file says of the crystal, to compare with what was read."""
    warnings: Sequence[str] = ()
    """Sentences on what a person should check."""


class Entry(NamedTuple):
    """One crystal of a file that may hold many."""

    name: str
    """What the file calls it; may be empty."""
    read: Callable[[], RawCrystal]
    """Reads it, or raises a predicate on what is wrong with it."""
    text: Callable[[], str] | None = None
    """Returns its own part of the file, if that is a file of the format as well."""


MAX_ENTRIES = 50_000
"""Crystals that one file may hold."""


def check_number_of_entries(number: int) -> None:
    """Refuse a file of more crystals than anyone has a use for.

    Raises:
        StructureError: There are more than `MAX_ENTRIES`.
    """
    if number > MAX_ENTRIES:
        raise StructureError(
            f"holds more than {MAX_ENTRIES} crystals or blocks; split it into several"
        )


def check_lattice(lattice: NDArray[np.float64]) -> None:
    """Refuse a cell that no crystal has.

    Args:
        lattice: Three rows of three, in Å.

    Raises:
        StructureError: The numbers are not finite, or the cell is missing, flat or huge.
    """
    if lattice.shape != (3, 3):
        raise StructureError(
            f"has a lattice of shape {lattice.shape}; give three vectors of three numbers"
        )
    if not np.isfinite(lattice).all():
        raise StructureError(
            "has a lattice with numbers that are not finite (NaN or infinity); "
            "correct the cell vectors"
        )
    lengths = np.linalg.norm(lattice, axis=1)
    volume = abs(np.linalg.det(lattice))
    if volume < _MIN_CELL_VOLUME or lengths.max() > _MAX_CELL_LENGTH:
        vectors = ", ".join(f"{length:.4g}" for length in lengths)
        raise StructureError(
            f"has cell vectors of {vectors} Å that span {volume:.4g} Å³; give three "
            f"independent vectors in Å, none above {_MAX_CELL_LENGTH:.0f} Å"
        )
    condition = np.linalg.cond(lattice)
    if condition > _MAX_CONDITION:
        raise StructureError(
            f"has cell vectors that are almost dependent: the cell is "
            f"{heights(lattice).min():.2g} Å high (condition number {condition:.2g}); "
            "give a reduced cell of the same lattice"
        )


def check_periodic(lattice: NDArray[np.float64], pbc: NDArray[np.bool_]) -> None:
    """Refuse molecules, wires and slabs: the model repeats the cell in all directions.

    Args:
        lattice: Rows are the cell vectors, all zero where there is no cell.
        pbc: Whether the cell repeats, for all three vectors at once or for each.

    Raises:
        StructureError: There is no cell, or it does not repeat along all three vectors.
    """
    if not lattice.any():
        raise StructureError(
            "has no cell, so it is a molecule and not a crystal; add the cell vectors"
        )
    periodic = np.broadcast_to(pbc, 3)
    if not periodic.all():
        flags = " ".join("T" if flag else "F" for flag in periodic)
        raise StructureError(
            f"is periodic along {periodic.sum()} of 3 directions (pbc {flags}) and not a "
            "crystal; set pbc to T T T if its cell repeats along all three"
        )


def check_number_of_sites(number: int) -> None:
    """Refuse an empty cell and one with more than `MAX_SITES` atoms.

    Args:
        number: Number of atoms in the cell.

    Raises:
        StructureError: The number is 0 or above the limit.
    """
    if number == 0:
        raise StructureError("has 0 atoms; add the sites of the crystal")
    if number > MAX_SITES:
        raise StructureError(
            f"has {number} atoms, more than the limit of {MAX_SITES}; "
            "give its primitive cell or a smaller one"
        )


def not_an_element(label: str) -> StructureError:
    """Return the error for a name that stands where an element symbol should.

    Args:
        label: The name as it is in the file.
    """
    return StructureError(
        f"names {label[:20]!r}, which is not an element; use element symbols"
    )

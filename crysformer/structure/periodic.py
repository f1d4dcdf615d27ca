"""The same lattice in a compact cell, and searches in it that are bounded beforehand.

A file may describe a crystal by a cell sheared a hundred times, and put atoms many cells
away. What is searched for are distances, so the search runs in a compact cell of the same
lattice with every atom inside; where its answer needs the given cell, integers lead back.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from pymatgen.core import Lattice
from pymatgen.optimization.neighbors import find_points_in_spheres

from crysformer.arrays import FloatArray, IntArray
from crysformer.errors import StructureError

MAX_CANDIDATES = 2_000_000
"""Atoms and images that one search may visit, and neighbours it is expected to find."""

_REACH = 10.0  # Å: a usual radius, for which cells are compared.
_WORTHWHILE = 4.0  # A cell is replaced where it costs that many times more.


@dataclass(frozen=True)
class Compact:
    """A crystal's places in a compact cell.

    Attributes:
        lattice: Rows are short vectors of the same lattice, Å, (3, 3).
        frac_coords: Fractions of them, all in the cell, (sites, 3).
        transform: Integers; ``lattice = transform @ given lattice``.
        shift: Lattice vector of this cell that was taken from each site, (sites, 3).
    """

    lattice: FloatArray
    frac_coords: FloatArray
    transform: IntArray
    shift: IntArray

    @classmethod
    def of(cls, lattice: FloatArray, frac_coords: FloatArray) -> "Compact":
        """Describe places by a compact cell: the given one, unless it is too oblique."""
        transform = _transform(lattice)
        if transform is None:
            frac_coords, shift = wrapped(frac_coords)
            return cls(lattice, frac_coords, np.eye(3, dtype=np.int64), shift)
        # The inverse of integers with determinant 1 is integers as well.
        back = np.rint(np.linalg.inv(transform))
        frac_coords, shift = wrapped(frac_coords @ back)
        return cls(transform @ lattice, frac_coords, transform, shift)

    def given_image(
        self, centre: IntArray, neighbour: IntArray, image: IntArray
    ) -> IntArray:
        """Return images of bonds in units of the given lattice."""
        return (image - self.shift[neighbour] + self.shift[centre]) @ self.transform


class Found(NamedTuple):
    """Neighbours that a search found, each from its centre.

    Attributes:
        centre: Site, (bonds,).
        neighbour: Site, (bonds,).
        image: Cell of the neighbour, (bonds, 3).
        length: Å, (bonds,).
    """

    centre: IntArray
    neighbour: IntArray
    image: IntArray
    length: FloatArray


def wrapped(frac_coords: FloatArray) -> tuple[FloatArray, IntArray]:
    """Move every site into the cell.

    Returns:
        Fractions from 0 to 1, and the whole cells that each site was away.
    """
    shift = np.floor(frac_coords)
    return frac_coords - shift, shift.astype(np.int64)


def heights(lattice: FloatArray) -> FloatArray:
    """Return the distances between opposite faces of a cell, Å, (3,)."""
    return 1.0 / np.linalg.norm(np.linalg.inv(lattice), axis=0)


def _transform(lattice: FloatArray) -> IntArray | None:
    """Integers that lead to a compact cell; None where the given one is good enough."""
    metric = lattice @ lattice.T
    size = np.diag(metric)
    overlap = np.abs(metric - np.diag(size))
    if (overlap <= 0.51 * np.minimum.outer(size, size)).all():
        return None  # No vector gets shorter by adding another one.
    transform = np.rint(Lattice(lattice).lll_mapping).astype(np.int64)
    if _images(transform @ lattice) * _WORTHWHILE > _images(lattice):
        return None
    return transform


def _images(lattice: FloatArray, radius: float = _REACH) -> float:
    """How many images of an atom a search visits at most, roughly."""
    return float(np.prod(1.0 + 2.0 * radius / heights(lattice)))


def neighbours_within(
    lattice: FloatArray,
    frac_coords: FloatArray,
    centres: IntArray,
    radius: float,
    most: int = MAX_CANDIDATES,
) -> Found:
    """Find all neighbours of some sites within a radius.

    Args:
        lattice: Of a compact cell.
        frac_coords: Of all sites, in the cell or close to it.
        centres: The sites whose neighbours are wanted.
        radius: Å.
        most: Atoms and images that may be visited, and neighbours expected.

    Returns:
        Bonds sorted by centre, length in whole micro-Å, neighbour and image; a site is
        no neighbour of itself.

    Raises:
        StructureError: The search would take more than that.
    """
    sphere = 4.0 / 3.0 * np.pi * radius**3 / abs(np.linalg.det(lattice))
    visited = len(frac_coords) * _images(lattice, radius)
    expected = max(visited, len(centres) * len(frac_coords) * sphere)
    if expected > most:
        raise StructureError(
            f"The cell of {len(frac_coords)} atoms is too thin or too crowded: a search "
            f"within {radius:.3g} Å would meet about {expected:.2g} atoms, more than the "
            f"limit of {most}. Check the cell vectors and their unit (Å)."
        )
    positions = np.ascontiguousarray(frac_coords @ lattice)
    centre, neighbour, image, length = find_points_in_spheres(
        all_coords=positions,
        center_coords=np.ascontiguousarray(positions[centres]),
        r=radius,
        pbc=np.ones(3, dtype=np.int64),
        lattice=np.ascontiguousarray(lattice),
        tol=1e-8,
    )
    proper = length > 1e-8
    centre, neighbour, length = centre[proper], neighbour[proper], length[proper]
    image = np.rint(image[proper]).astype(np.int64)
    order = np.lexsort(
        (image[:, 2], image[:, 1], image[:, 0], neighbour, np.rint(length * 1e6), centre)
    )
    return Found(centres[centre[order]], neighbour[order], image[order], length[order])

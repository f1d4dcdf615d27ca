"""Surfaces drawn over a crystal: angles between bonds and coordination polyhedra."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crysformer.picture.bonds import (
    MAX_COORDINATION,
    MIN_COORDINATION,
    DrawnBonds,
    cations,
)
from crysformer.picture.copies import GHOST, Copies, Crystal

POLYHEDRON_OPACITY = 0.55
ARC_STEPS = 10


def angle_wedge(
    centre: NDArray[np.float64],
    first: NDArray[np.float64],
    second: NDArray[np.float64],
    *,
    radius: float,
    colour: str,
    bond_id: int,
    text: str,
) -> dict[str, Any]:
    """Fill the angle between two bonds that meet at an atom.

    Args:
        centre: Cartesian place of the atom, Å.
        first: Vector of one bond, Å.
        second: Vector of the other bond, Å.
        radius: Length of the wedge's sides, Å.
        colour: Fill as ``#rrggbb``.
        bond_id: The bond the wedge speaks of; clicking it picks that bond.
        text: Hover text.

    Returns:
        A fan of triangles: its tip, then the points of the arc.
    """
    one, two = first / np.linalg.norm(first), second / np.linalg.norm(second)
    angle = np.arccos(np.clip(one @ two, -1.0, 1.0))
    aside = two - (one @ two) * one
    if np.linalg.norm(aside) < 1e-6:
        # A straight angle has no plane of its own: take any that holds the bond.
        aside = np.cross(one, np.eye(3)[np.argmin(np.abs(one))])
    aside = aside / np.linalg.norm(aside)
    steps = np.linspace(0.0, angle, ARC_STEPS + 1)[:, None]
    arc = centre + radius * (np.cos(steps) * one + np.sin(steps) * aside)
    return {
        "corners": np.round(np.vstack([centre, arc]), 4).tolist(),
        "colour": colour,
        "id": int(bond_id),
        "text": text,
    }


def polyhedron_centres(crystal: Crystal, bonds: DrawnBonds) -> list[int]:
    """Find the sites that polyhedra are drawn around.

    They are the cations: less electronegative than each of at least four neighbours, so
    metals and elements have none. Where some cations have at most eight neighbours, the
    others are left out: cages of twelve would hide the octahedra.
    """
    number = np.bincount(bonds.i, minlength=len(crystal.symbols))
    enough = cations(crystal.symbols, bonds.i, bonds.j) & (number >= MIN_COORDINATION)
    few = enough & (number <= MAX_COORDINATION)
    return np.flatnonzero(few if few.any() else enough).tolist()


def polyhedra(
    crystal: Crystal,
    drawn: Copies,
    bonds: DrawnBonds,
    centres: Sequence[int],
    colours: dict[str, str],
) -> list[dict[str, Any]]:
    """Span the hull of the neighbours around every drawn copy of some sites."""
    cell = crystal.neighbour_cell(bonds)
    faces = []
    for site in centres:
        rows = np.flatnonzero(bonds.i == site)
        corners = crystal.position(bonds.j[rows], cell[rows])
        triangles = _hull(corners)
        here = (drawn.site == site) & (drawn.kind != GHOST)
        faces += [
            {
                "corners": np.round(corners + shift, 4).tolist(),
                "triangles": triangles,
                "colour": colours[crystal.symbols[site]],
                "opacity": POLYHEDRON_OPACITY,
            }
            for shift in drawn.cell[here] @ crystal.matrix
        ]
    return faces


def _hull(corners: NDArray[np.float64]) -> list[list[int]]:
    """Outward triangles of a convex hull; none for a flat set of points."""
    # Half a second of importing that only polyhedra need.
    from scipy.spatial import ConvexHull, QhullError

    try:
        hull = ConvexHull(corners)
    except QhullError:
        return []
    middle = corners.mean(axis=0)
    triangles = []
    for one, two, three in hull.simplices:
        normal = np.cross(corners[two] - corners[one], corners[three] - corners[one])
        outward = normal @ (corners[one] - middle) > 0
        triangles.append(
            [int(one), int(two if outward else three), int(three if outward else two)]
        )
    return triangles

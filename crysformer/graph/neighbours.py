"""Bonds and angles of a cell, and THE conventions every other module follows.

* Rows of a lattice are its vectors, in Å; ``frac_coords @ lattice`` are positions.
* A bond is directed: centre ``i`` attends to neighbour ``j``, which sits at
  ``frac_coords[j] + image`` (``image``: three integers). Two images of one atom are two
  bonds, and an atom may neighbour its own image.
* ``edge_index`` is ``(2, bonds)``: row 0 the source ``j``, row 1 the target ``i``, as in
  torch_geometric. Bonds are sorted by centre; attention sums to one over a centre.
* In the line graph bonds are nodes. ``line_index`` is ``(2, angles)``: row 0 the other
  bond, row 1 the bond that attends. Both have the same centre atom; a bond is not related
  to itself. The angle is the one between the two bonds at that atom.
* ``multiplicity`` counts the symmetry-equivalent members a row stands for.
* Lengths are in Å, energies in eV, cosines are dimensionless.

Neighbours [paper]: the 12 nearest under periodic boundary conditions. [ours] Whole
shells: every neighbour within ``tie_tolerance`` of the 12th is kept, so that equal
distances are never torn apart; with an envelope, those beyond the 12th fade out smoothly.
"""

from dataclasses import dataclass

import numpy as np

from crysformer.arrays import FloatArray, IntArray
from crysformer.errors import StructureError
from crysformer.graph.rule import NUM_NEIGHBOURS, NeighbourRule
from crysformer.graph.standard_cell import Cell
from crysformer.structure.periodic import neighbours_within

MAX_RADIUS = 60.0
"""Search radius in Å beyond which a cell counts as nearly empty."""

MAX_PAIRS = 1_000_000
"""Ordered pairs of bonds at one atom; 2000 atoms of 18 neighbours have 648,000. The
network needs about 1.7 kB for each."""


@dataclass(frozen=True)
class Bonds:
    """Directed bonds sorted by centre, then by length.

    Attributes:
        centre: Atom i, (bonds,).
        neighbour: Atom j, (bonds,).
        image: Cell of the neighbour, (bonds, 3).
        vector: From i to j in Å, (bonds, 3).
        length: Å, (bonds,).
        weight: Envelope in (0, 1]; ones without one, (bonds,).
    """

    centre: IntArray
    neighbour: IntArray
    image: IntArray
    vector: FloatArray
    length: FloatArray
    weight: FloatArray


def find_bonds(cell: Cell, atoms: IntArray, rule: NeighbourRule) -> Bonds:
    """Find the neighbours of some atoms of a cell.

    Args:
        cell: Standardised cell.
        atoms: Ascending indices of the centre atoms.
        rule: Neighbour rule of the model.

    Returns:
        Bonds whose ``centre`` are indices into the cell.

    Raises:
        StructureError: The cell is so empty that 12 neighbours are not within
            ``MAX_RADIUS``, or so crowded that the search or its result is too large.
    """
    positions = cell.frac_coords @ cell.lattice
    centre, neighbour, image, length, twelfth = _nearest(cell, atoms, rule.tie_tolerance)
    reach = twelfth[centre] + rule.tie_tolerance
    # Compared in whole micro-Å: distances that are equal by symmetry or by typed decimals
    # differ by rounding and must fall on the same side.
    keep = np.rint(length * 1e6) <= np.rint(reach * 1e6)
    centre, neighbour, image, length = (
        rows[keep] for rows in (centre, neighbour, image, length)
    )
    weight = np.ones_like(length)
    if rule.envelope:
        beyond = np.clip((length - twelfth[centre]) / rule.tie_tolerance, 0.0, 1.0)
        # The floor keeps the logarithm finite at the outer rim.
        weight = np.maximum(0.5 * (1.0 + np.cos(np.pi * beyond)), 1e-6)
    _check_pairs(np.bincount(centre))
    vector = positions[neighbour] + image @ cell.lattice - positions[atoms[centre]]
    return Bonds(atoms[centre], neighbour, image, vector, length, weight)


def _nearest(
    cell: Cell, atoms: IntArray, beyond: float
) -> tuple[IntArray, IntArray, IntArray, FloatArray, FloatArray]:
    """All neighbours of some atoms to somewhat beyond the 12th, which is returned last.

    A sphere grows only around the atoms that need it: one that is far from all others
    would otherwise give every atom of a cluster thousands of neighbours.
    """
    rows = np.arange(len(atoms))
    twelfth = np.zeros(len(atoms))
    parts = []
    radius = min(_first_radius(cell), MAX_RADIUS)
    while True:
        found = neighbours_within(cell.lattice, cell.frac_coords, atoms[rows], radius)
        centre = np.searchsorted(atoms, found.centre)
        counts = np.bincount(centre, minlength=len(atoms))[rows]
        whole = counts >= NUM_NEIGHBOURS
        starts = np.cumsum(counts) - counts
        far = found.length[starts[whole] + NUM_NEIGHBOURS - 1]
        twelfth[rows[whole]] = far
        whole[whole] = far + beyond + 1e-3 < radius
        done = np.zeros(len(atoms), dtype=bool)
        done[rows[whole]] = True
        keep = done[centre]
        parts.append([each[keep] for each in (centre, *found[1:])])
        rows = rows[~whole]
        if not len(rows):
            break
        if radius >= MAX_RADIUS:
            raise StructureError(
                f"The cell is too empty: an atom has fewer than {NUM_NEIGHBOURS} "
                f"neighbours within {radius:.0f} Å. Remove vacuum from the cell."
            )
        radius = min(1.25 * radius, MAX_RADIUS)
    columns = [np.concatenate(column) for column in zip(*parts, strict=True)]
    if len(parts) > 1:
        order = np.argsort(columns[0], kind="stable")
        columns = [column[order] for column in columns]
    return (*columns, twelfth)


def _check_pairs(degrees: IntArray) -> None:
    """Refuse what has so many neighbours at one distance that no memory holds the angles.

    Raises:
        StructureError: There are more than ``MAX_PAIRS`` pairs of bonds.
    """
    pairs = int((degrees**2).sum())
    if pairs > MAX_PAIRS:
        raise StructureError(
            f"The crystal has atoms with up to {degrees.max()} neighbours at almost one "
            f"distance, and so {pairs} angles, more than the limit of {MAX_PAIRS}. Give "
            "a smaller cell, or check the coordinates."
        )


def _first_radius(cell: Cell) -> float:
    """Radius in Å of a sphere that holds about 20 atoms at the cell's density."""
    volume = abs(np.linalg.det(cell.lattice)) / cell.num_atoms
    return max(2.0, float((3.0 * 20.0 * volume / (4.0 * np.pi)) ** (1.0 / 3.0)))

"""Orbits of bonds and of angles under the site symmetry of representative atoms.

All atoms of a cell are reduced at once, since one call of numpy costs more than the
orbits of one bond. Bonds of an atom lie in a row that is padded to the longest: column b
is its b-th bond. Operations of all sites lie below each other, those of one site
together; one of them maps the bond in column b onto that in column ``table[row, b]``.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crysformer.arrays import IntArray
from crysformer.graph.neighbours import Bonds
from crysformer.graph.space_group import SpaceGroup


@dataclass(frozen=True)
class Site:
    """Bonds and symmetry at one representative atom; indices are local to it.

    Attributes:
        atom: Index in the cell.
        first_bond: Row of this atom's first bond in ``Quotient.bonds``.
        table: Bond that each site-symmetry operation maps each bond onto, (ops, bonds).
        orbit: Row of each bond's representative in the quotient graph, (bonds,).
        to_representative: Operation that maps a bond onto its representative, (bonds,).
        angle: Quotient row of the pair (representative bond, other bond), -1 for a bond
            with itself, (representative bonds, bonds).
    """

    atom: int
    first_bond: int
    table: IntArray
    orbit: IntArray
    to_representative: IntArray
    angle: IntArray


@dataclass(frozen=True)
class Orbits:
    """Bonds and angles that stand for all others, ordered by site.

    Attributes:
        representatives: Row of each in ``Quotient.bonds``, (orbits,).
        bond_multiplicity: Bonds of the same atom that each stands for, (orbits,).
        line_index: Row 0 orbit of the other bond, row 1 attending orbit, (2, angles).
        other: Row of the other bond in ``Quotient.bonds``, (angles,).
        angle_multiplicity: (angles,).
        sites: One entry per representative atom.
    """

    representatives: IntArray
    bond_multiplicity: IntArray
    line_index: IntArray
    other: IntArray
    angle_multiplicity: IntArray
    sites: tuple[Site, ...]


@dataclass(frozen=True)
class _Table:
    """What every site-symmetry operation does to the bonds of its site.

    Attributes:
        target: Column that each bond is mapped onto, its own in padding, (rows, columns).
        site: Site that each row belongs to, ascending, (rows,).
        degree: Bonds of each site, (sites,).
    """

    target: IntArray
    site: IntArray
    degree: IntArray

    @property
    def columns(self) -> IntArray:
        """Columns of the table, (columns,)."""
        return np.arange(self.target.shape[1])

    @property
    def real(self) -> NDArray[np.bool_]:
        """Which columns hold a bond, (sites, columns)."""
        return self.columns < self.degree[:, None]


def find_orbits(group: SpaceGroup, bonds: Bonds, atoms: IntArray) -> Orbits:
    """Reduce bonds and angles of representative atoms by their site symmetries.

    Args:
        group: Operations of the cell.
        bonds: Every bond of the atoms.
        atoms: Ascending indices of the representative atoms.
    """
    table = _bond_table(group, bonds, atoms)
    degree, real = table.degree, table.real
    first_bond = np.cumsum(degree) - degree
    first_row = _starts(table.site)

    # Smallest image of every bond, and the first operation that leads there, at once.
    operation = np.arange(len(table.site)) - first_row[table.site]
    packed = table.target * len(table.site) + operation[:, None]
    lowest, carrier = np.divmod(
        np.minimum.reduceat(packed, first_row, axis=0), len(table.site)
    )
    stands = (lowest == table.columns) & real
    site_of, column = np.nonzero(stands)
    number = (np.cumsum(stands) - 1).reshape(stands.shape)
    orbit = number[np.arange(len(atoms))[:, None], lowest]

    label = _labels(table, stands, number)
    proper = (label == table.columns) & real[site_of]
    proper[np.arange(len(column)), column] = False
    attending, other = np.nonzero(proper)
    place = (np.cumsum(proper) - 1).reshape(proper.shape)
    angle = place[np.arange(len(column))[:, None], label]
    angle[label == column[:, None]] = -1
    counted = angle[real[site_of] & (angle >= 0)]

    rows = [*first_row.tolist(), len(table.site)]
    bounds = [*_starts(site_of).tolist(), len(site_of)]
    sites = tuple(
        Site(
            atom=int(atoms[site]),
            first_bond=int(first_bond[site]),
            table=table.target[rows[site] : rows[site + 1], :size],
            orbit=orbit[site, :size],
            to_representative=carrier[site, :size],
            angle=angle[bounds[site] : bounds[site + 1], :size],
        )
        for site, size in enumerate(degree.tolist())
    )
    return Orbits(
        representatives=column + first_bond[site_of],
        bond_multiplicity=np.bincount(orbit[real]),
        line_index=np.stack([orbit[site_of[attending], other], attending]),
        other=other + first_bond[site_of[attending]],
        angle_multiplicity=np.bincount(counted, minlength=len(other)),
        sites=sites,
    )


def _starts(groups: IntArray) -> IntArray:
    """Where each group begins once its members lie together; none may be empty."""
    counts = np.bincount(groups)
    return np.cumsum(counts) - counts


def _labels(table: _Table, stands: NDArray[np.bool_], number: IntArray) -> IntArray:
    """Smallest image of each bond under what fixes a representative one.

    Args:
        table: All operations.
        stands: Which bonds are representatives, (sites, columns).
        number: Their numbers, (sites, columns).

    Returns:
        Columns, (representatives, columns).
    """
    fixes = (table.target == table.columns) & stands[table.site]
    row, column = np.nonzero(fixes)
    representative = number[table.site[row], column]
    order = np.argsort(representative, kind="stable")
    starts = _starts(representative)
    if len(starts) == len(order):  # Nothing but the identity fixes any of them.
        return table.target[row[order]]
    return np.minimum.reduceat(table.target[row[order]], starts, axis=0)


def _bond_table(group: SpaceGroup, bonds: Bonds, atoms: IntArray) -> _Table:
    """Find what the operations that fix each representative atom do to its bonds."""
    degree = np.bincount(np.searchsorted(atoms, bonds.centre), minlength=len(atoms))
    columns = np.arange(degree.max())
    site, operation = np.nonzero((group.permutations[:, atoms] == atoms).T)
    if len(site) == len(atoms):  # Nothing but the identity fixes any of them.
        identity = np.repeat(columns[None], len(atoms), axis=0)
        return _Table(identity, site, degree)

    real = columns < degree[:, None]
    neighbour = np.zeros(real.shape, dtype=np.int64)
    neighbour[real] = bonds.neighbour
    image = np.zeros((*real.shape, 3), dtype=np.int64)
    image[real] = bonds.image

    around = neighbour[site]
    mapped = image[site] @ group.rotations[operation].transpose(0, 2, 1)
    mapped += group.shifts[operation[:, None], around]
    mapped -= group.shifts[operation, atoms[site]][:, None]
    target = group.permutations[operation[:, None], around]

    # Site, neighbour and image packed into one integer, to look all bonds up by one
    # sorted search.
    bound = int(max(np.abs(image).max(), np.abs(mapped).max())) + 1
    base = 2 * bound + 1
    scale = np.array([base * base, base, 1])
    block = group.permutations.shape[1] * base**3
    of_site = np.arange(len(atoms))[:, None] * block
    keys = (of_site + neighbour * base**3 + (image + bound) @ scale)[real]
    wanted = of_site[site] + target * base**3 + (mapped + bound) @ scale
    order = np.argsort(keys)
    place = np.searchsorted(keys, wanted, sorter=order).clip(max=len(keys) - 1)
    found = order[place]
    # Neighbours that are not mapped onto themselves can only come from rounding at the
    # rim of the last shell; keeping every bond of the atom gives a larger quotient, not a
    # wrong one.
    missed = ((keys[found] != wanted) & real[site]).any(axis=1)
    first_bond = np.cumsum(degree) - degree
    found = np.where(real[site], found - first_bond[site][:, None], columns)
    if not missed.any():
        return _Table(found, site, degree)
    torn = np.isin(site, site[missed])
    found[torn] = columns
    keep = ~torn
    keep[_starts(site)] = True
    return _Table(found[keep], site[keep], degree)

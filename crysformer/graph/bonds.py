"""Every bond and every pair of bonds of the given cell, found from the quotient graph.

The quotient keeps one representative of each symmetry orbit. Each of its members is
reached by the operation that maps the representative onto it, and by the relation of the
given cell to the standard one. This is geometry alone; attention refers to it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from crysformer.arrays import FloatArray, IntArray
from crysformer.graph.quotient import Quotient, Site
from crysformer.graph.standard_cell import Cell


@dataclass(frozen=True)
class CrystalBonds:
    """Directed bonds of the given cell; i is the centre, j its neighbour.

    Attributes:
        i: Centre site, 0-based in the order of the file, (bonds,).
        j: Neighbour site, (bonds,).
        image: Cell of the neighbour in units of the given lattice, (bonds, 3).
        length: In the standardised cell, which differs from the given one by what its
            symmetry lacks within symprec; Å, (bonds,).
        multiplicity: Bonds of the centre that are equal to this one, (bonds,).
        orbit: Row of the quotient graph that stands for the bond, (bonds,).
        reverse: Row of the bond from j back to i, -1 where j does not attend to i,
            (bonds,).
        degree: Bonds of the centre; 1 / degree is uniform attention, (bonds,).
    """

    i: IntArray
    j: IntArray
    image: IntArray
    length: FloatArray
    multiplicity: IntArray
    orbit: IntArray
    reverse: IntArray
    degree: IntArray

    def __len__(self) -> int:
        return len(self.i)


@dataclass(frozen=True)
class BondPairs:
    """Pairs of bonds that meet at a centre: edges of the line graph of the given cell.

    Attributes:
        bond: Row of the bond that attends, (pairs,).
        other: Row of the bond it attends to, (pairs,).
        angle_deg: Angle between both at their centre, degrees, (pairs,).
        multiplicity: Pairs of the bond that are equal to this one, (pairs,).
        orbit: Angle of the quotient graph that stands for the pair, (pairs,).
    """

    bond: IntArray
    other: IntArray
    angle_deg: FloatArray
    multiplicity: IntArray
    orbit: IntArray

    def __len__(self) -> int:
        return len(self.bond)


@dataclass(frozen=True)
class _SiteBonds:
    """Bonds of one given site, in the order of its representative's bonds."""

    j: IntArray
    image: IntArray
    orbit: IntArray
    site: Site


def expand_bonds(cell: Cell, quotient: Quotient) -> CrystalBonds:
    """Find every directed bond of the given cell.

    Args:
        cell: Standardised cell of the structure.
        quotient: Its graph.
    """
    sites = _bonds_of_sites(cell, quotient)
    order = _order(sites, quotient)
    i = np.repeat(np.arange(len(sites)), [len(site.j) for site in sites])[order]
    j = np.concatenate([site.j for site in sites])[order]
    image = np.concatenate([site.image for site in sites])[order]
    orbit = np.concatenate([site.orbit for site in sites])[order]
    return CrystalBonds(
        i=i,
        j=j,
        image=image,
        length=quotient.length[orbit],
        multiplicity=quotient.bond_multiplicity[orbit],
        orbit=orbit,
        reverse=_reverses(i, j, image),
        degree=np.bincount(i)[i],
    )


def expand_pairs(cell: Cell, quotient: Quotient) -> BondPairs:
    """Find every pair of bonds of the given cell that meet at an atom.

    Args:
        cell: Standardised cell of the structure.
        quotient: Its graph.
    """
    sites = _bonds_of_sites(cell, quotient)
    row_of = np.argsort(_order(sites, quotient))
    bonds, others, orbits = [], [], []
    first = 0
    for bonds_here in sites:
        site, degree = bonds_here.site, len(bonds_here.j)
        bond, other = np.nonzero(~np.eye(degree, dtype=bool))
        # The pair is turned by the operation that takes its bond to a representative.
        turned = site.table[site.to_representative[bond], other]
        orbits.append(site.angle[site.orbit[bond] - site.orbit.min(), turned])
        bonds.append(row_of[first + bond])
        others.append(row_of[first + other])
        first += degree
    orbit, bond, other = (np.concatenate(parts) for parts in (orbits, bonds, others))
    order = np.lexsort((other, bond))
    orbit = orbit[order]
    return BondPairs(
        bond=bond[order],
        other=other[order],
        angle_deg=np.degrees(np.arccos(quotient.cosine[orbit])),
        multiplicity=quotient.angle_multiplicity[orbit],
        orbit=orbit,
    )


def _bonds_of_sites(cell: Cell, quotient: Quotient) -> list[_SiteBonds]:
    """Bonds of every given site, found by symmetry and the supercell relation."""
    group, bonds = quotient.group, quotient.bonds
    sites, neighbours, images = [], [], []
    for atom, shift in zip(cell.site_atom, cell.site_shift, strict=True):
        site = quotient.sites[quotient.atom_orbit[atom]]
        span = slice(site.first_bond, site.first_bond + len(site.orbit))
        operation = quotient.carrier[atom]
        image = bonds.image[span] @ group.rotations[operation].T
        image = image + group.shifts[operation, bonds.neighbour[span]]
        images.append(image - group.shifts[operation, site.atom] + shift)
        neighbours.append(group.permutations[operation, bonds.neighbour[span]])
        sites.append(site)
    j, image = _to_given_cell(np.concatenate(neighbours), np.concatenate(images), cell)
    ends = np.cumsum([len(each) for each in neighbours])[:-1]
    return [
        _SiteBonds(*parts, site.orbit, site)
        for *parts, site in zip(
            np.split(j, ends), np.split(image, ends), sites, strict=True
        )
    ]


def _to_given_cell(
    atoms: IntArray, shifts: IntArray, cell: Cell
) -> tuple[IntArray, IntArray]:
    """Sites and given-lattice images at atoms of the standardised cell plus shifts.

    The copies of an atom differ by lattice vectors of this cell; of those that differ by
    a vector of the given lattice, too, exactly one is a site.
    """
    inverse = np.linalg.inv(cell.supercell)
    copies = round(abs(np.linalg.det(cell.supercell)))
    # In whole steps of the given lattice over the number of copies: integers, exactly.
    steps = np.rint(inverse * copies).astype(np.int64)
    scale = np.array([copies**2, copies, 1])

    def packed(atom: IntArray, shift: IntArray) -> IntArray:
        return atom * copies**3 + (shift @ steps % copies) @ scale

    known = packed(cell.site_atom, cell.site_shift)
    order = np.argsort(known)
    j = order[np.searchsorted(known, packed(atoms, shifts), sorter=order)]
    exact = (shifts - cell.site_shift[j]) @ inverse
    return j, np.rint(exact).astype(np.int64)


def _order(sites: Sequence[_SiteBonds], quotient: Quotient) -> IntArray:
    """Order of bonds in the output: by centre, length, neighbour, image."""
    i = np.repeat(np.arange(len(sites)), [len(site.j) for site in sites])
    j = np.concatenate([site.j for site in sites])
    image = np.concatenate([site.image for site in sites])
    length = quotient.length[np.concatenate([site.orbit for site in sites])]
    rounded = np.rint(length * 1e6)
    return np.lexsort((image[:, 2], image[:, 1], image[:, 0], j, rounded, i))


def _reverses(i: IntArray, j: IntArray, image: IntArray) -> IntArray:
    """Row of the bond that leads back along each bond, -1 where there is none."""
    rows = {
        (a, b, *shift): row
        for row, (a, b, shift) in enumerate(
            zip(i.tolist(), j.tolist(), image.tolist(), strict=True)
        )
    }
    keys = zip(j.tolist(), i.tolist(), (-image).tolist(), strict=True)
    return np.array([rows.get((a, b, *shift), -1) for a, b, shift in keys])

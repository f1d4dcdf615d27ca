"""The exact symmetry quotient: one representative of each orbit, with its multiplicity.

The network is invariant under the space group of the crystal, so equivalent atoms, bonds
and angles carry equal features in every layer (docs/model.md, our choice). Keeping
one of each and counting the others is an identity, not an approximation:

* atoms: orbits of the space group;
* bonds at a representative atom: orbits under the site symmetry of that atom;
* angles at a representative bond: orbits of the other bonds under the bond's stabiliser.

A multiplicity m enters the model once, as log m beside an attention logit.
"""

from dataclasses import dataclass

import numpy as np

from crysformer.arrays import FloatArray, IntArray
from crysformer.graph.neighbours import Bonds, find_bonds
from crysformer.graph.rule import NeighbourRule
from crysformer.graph.standard_cell import Cell, SpaceGroup


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
class Quotient:
    """Arrays of the quotient graph and what is needed to go back.

    Attributes:
        atomic_numbers: Z of the representatives, (atoms,).
        atom_multiplicity: Atoms each stands for, (atoms,).
        edge_index: Row 0 neighbour, row 1 centre, both representatives, (2, bonds).
        length: Å, (bonds,).
        bond_multiplicity: (bonds,).
        bond_weight: Envelope of the bond, (bonds,).
        line_index: Row 0 other bond, row 1 attending bond, (2, angles).
        cosine: Cosine of the angle between both, (angles,).
        angle_multiplicity: (angles,).
        angle_weight: Envelope of the other bond, (angles,).
        bonds: Every bond of the representative atoms.
        sites: One entry per representative atom.
        atom_orbit: Representative of each atom of the cell, (cell atoms,).
        group: Operations by which orbits were formed.
        carrier: Operation that maps the representative onto each atom, (cell atoms,).
    """

    atomic_numbers: IntArray
    atom_multiplicity: IntArray
    edge_index: IntArray
    length: FloatArray
    bond_multiplicity: IntArray
    bond_weight: FloatArray
    line_index: IntArray
    cosine: FloatArray
    angle_multiplicity: IntArray
    angle_weight: FloatArray
    bonds: Bonds
    sites: tuple[Site, ...]
    atom_orbit: IntArray
    group: SpaceGroup
    carrier: IntArray


def take_quotient(cell: Cell, rule: NeighbourRule, *, full: bool = False) -> Quotient:
    """Build the graph of a cell, one representative per orbit.

    Args:
        cell: Standardised cell.
        rule: Neighbour rule of the model.
        full: Keep every atom, bond and angle, for checking the identity.

    Raises:
        StructureError: The cell is too empty for 12 neighbours.
    """
    group = SpaceGroup.trivial(cell.num_atoms) if full else cell.group
    lowest = group.permutations.min(axis=0)
    atoms, atom_orbit, counts = np.unique(lowest, return_inverse=True, return_counts=True)
    reached = group.permutations[:, lowest] == np.arange(cell.num_atoms)

    bonds = find_bonds(cell, atoms, rule)
    sites, pieces = _reduce_sites(group, bonds, atoms)
    rows = np.concatenate([piece.representatives for piece in pieces])
    other = np.concatenate([piece.other for piece in pieces])
    line_index = np.concatenate([piece.line_index for piece in pieces], axis=1)
    return Quotient(
        atomic_numbers=cell.atomic_numbers[atoms],
        atom_multiplicity=counts,
        edge_index=np.stack(
            [atom_orbit[bonds.neighbour[rows]], atom_orbit[bonds.centre[rows]]]
        ),
        length=bonds.length[rows],
        bond_multiplicity=np.concatenate([piece.bond_multiplicity for piece in pieces]),
        bond_weight=bonds.weight[rows],
        line_index=line_index,
        cosine=_cosines(bonds, rows[line_index[1]], other),
        angle_multiplicity=np.concatenate([piece.angle_multiplicity for piece in pieces]),
        angle_weight=bonds.weight[other],
        bonds=bonds,
        sites=tuple(sites),
        atom_orbit=atom_orbit,
        group=group,
        carrier=reached.argmax(axis=0),
    )


@dataclass(frozen=True)
class _Piece:
    """One atom's share of the quotient arrays; bond rows count within ``bonds``."""

    representatives: IntArray
    bond_multiplicity: IntArray
    line_index: IntArray
    other: IntArray
    angle_multiplicity: IntArray


def _cosines(bonds: Bonds, first: IntArray, second: IntArray) -> FloatArray:
    """Cosines of the angles between bonds given by their rows."""
    unit = bonds.vector / bonds.length[:, None]
    return np.clip(np.einsum("ax,ax->a", unit[first], unit[second]), -1.0, 1.0)


def _reduce_sites(
    group: SpaceGroup, bonds: Bonds, atoms: IntArray
) -> tuple[list[Site], list[_Piece]]:
    """Reduce the bonds and angles of every representative atom by its site symmetry."""
    sites: list[Site] = []
    pieces: list[_Piece] = []
    num_bonds = num_angles = 0
    starts = np.searchsorted(bonds.centre, atoms)
    stops = np.searchsorted(bonds.centre, atoms, side="right")
    for atom, start, stop in zip(atoms.tolist(), starts, stops, strict=True):
        operations = np.flatnonzero(group.permutations[:, atom] == atom)
        table = _bond_table(group, bonds, slice(start, stop), atom, operations)
        site, piece = _reduce_site(table, atom, int(start), num_bonds, num_angles)
        sites.append(site)
        pieces.append(piece)
        num_bonds += len(piece.representatives)
        num_angles += piece.line_index.shape[1]
    return sites, pieces


def _bond_table(
    group: SpaceGroup, bonds: Bonds, span: slice, atom: int, operations: IntArray
) -> IntArray:
    """Local index of the bond that each operation maps each bond of an atom onto."""
    neighbour, image = bonds.neighbour[span], bonds.image[span]
    if len(operations) == 1:
        return np.arange(len(neighbour))[None]
    mapped = np.einsum("oab,nb->ona", group.rotations[operations], image)
    mapped += group.shifts[operations][:, neighbour]
    mapped -= group.shifts[operations, atom][:, None]
    target = group.permutations[operations][:, neighbour]

    # Neighbour and image packed into one integer, to look a bond up by sorted search.
    bound = int(max(np.abs(image).max(), np.abs(mapped).max())) + 1
    base = 2 * bound + 1
    scale = np.array([base * base, base, 1])
    keys = neighbour * base**3 + (image + bound) @ scale
    wanted = target * base**3 + (mapped + bound) @ scale
    order = np.argsort(keys)
    found = order[np.searchsorted(keys, wanted, sorter=order).clip(max=len(keys) - 1)]
    if (keys[found] == wanted).all():
        return found
    # Neighbours that are not mapped onto themselves can only come from rounding at the
    # rim of the last shell; keeping every bond gives a larger quotient, not a wrong one.
    return np.arange(len(neighbour))[None]


def _reduce_site(
    table: IntArray, atom: int, first_bond: int, first_row: int, first_angle: int
) -> tuple[Site, _Piece]:
    """Orbits of bonds at one atom and of angles at its representative bonds."""
    num_bonds = table.shape[1]
    everyone = np.arange(num_bonds)
    lowest = table.min(axis=0)
    representatives, orbit, counts = np.unique(
        lowest, return_inverse=True, return_counts=True
    )
    angle = np.full((len(representatives), num_bonds), -1, dtype=np.int64)
    others, multiplicities = [], []
    row = first_angle
    for index, bond in enumerate(representatives):
        stabiliser = table[table[:, bond] == bond]
        label = stabiliser.min(axis=0) if len(stabiliser) > 1 else everyone
        kept, inverse, multiplicity = np.unique(
            label, return_inverse=True, return_counts=True
        )
        proper = kept != bond
        place = np.where(proper, np.cumsum(proper) - 1 + row, -1)
        angle[index] = place[inverse]
        others.append(kept[proper])
        multiplicities.append(multiplicity[proper])
        row += int(proper.sum())

    other = np.concatenate(others)
    attending = np.repeat(np.arange(len(representatives)), [len(o) for o in others])
    site = Site(
        atom=atom,
        first_bond=first_bond,
        table=table,
        orbit=orbit + first_row,
        to_representative=table.argmin(axis=0),
        angle=angle,
    )
    piece = _Piece(
        representatives=representatives + first_bond,
        bond_multiplicity=counts,
        line_index=np.stack([orbit[other] + first_row, attending + first_row]),
        other=other + first_bond,
        angle_multiplicity=np.concatenate(multiplicities),
    )
    return site, piece

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
from crysformer.graph.orbits import Site, find_orbits
from crysformer.graph.rule import NeighbourRule
from crysformer.graph.space_group import SpaceGroup
from crysformer.graph.standard_cell import Cell


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
    members = np.bincount(lowest)
    atoms = np.flatnonzero(members)
    atom_orbit = (np.cumsum(members > 0) - 1)[lowest]
    reached = group.permutations[:, lowest] == np.arange(cell.num_atoms)

    bonds = find_bonds(cell, atoms, rule)
    orbits = find_orbits(group, bonds, atoms)
    rows, other = orbits.representatives, orbits.other
    return Quotient(
        atomic_numbers=cell.atomic_numbers[atoms],
        atom_multiplicity=members[atoms],
        edge_index=np.stack(
            [atom_orbit[bonds.neighbour[rows]], atom_orbit[bonds.centre[rows]]]
        ),
        length=bonds.length[rows],
        bond_multiplicity=orbits.bond_multiplicity,
        bond_weight=bonds.weight[rows],
        line_index=orbits.line_index,
        cosine=_cosines(bonds, rows[orbits.line_index[1]], other),
        angle_multiplicity=orbits.angle_multiplicity,
        angle_weight=bonds.weight[other],
        bonds=bonds,
        sites=orbits.sites,
        atom_orbit=atom_orbit,
        group=group,
        carrier=reached.argmax(axis=0),
    )


def _cosines(bonds: Bonds, first: IntArray, second: IntArray) -> FloatArray:
    """Cosines of the angles between bonds given by their rows."""
    unit = bonds.vector / bonds.length[:, None]
    return np.clip(np.einsum("ax,ax->a", unit[first], unit[second]), -1.0, 1.0)

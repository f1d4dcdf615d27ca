"""One atom of a crystal and its bonds in the network's graph: shells, kinds, angles.

A *shell* holds neighbours at one distance; a *kind* holds bonds that the symmetry of the
crystal makes equal. Everything is found without the network, on the given cell.
"""

from collections import Counter
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from pymatgen.core import Structure

from crysformer.arrays import FloatArray, IntArray
from crysformer.attention.weights import AttentionWeights, BondAttention, expand_bonds
from crysformer.graph.neighbours import NUM_NEIGHBOURS
from crysformer.graph.quotient import Quotient, take_quotient
from crysformer.graph.rule import NeighbourRule
from crysformer.graph.standard_cell import Cell, standardise
from crysformer.structure.labels import site_labels

SAME_LENGTH = 1e-3
"""Neighbours whose distances differ by less belong to one shell, Å."""


@dataclass(frozen=True)
class Group:
    """Bonds of one atom that belong together.

    Attributes:
        members: Places of the bonds in the neighbourhood, ascending.
        length: Å.
        symbols: Elements of the neighbours, such as "Cl" or "Si, O".
        weight: Envelope in (0, 1]: how much the bonds count; below 1 they fade out.
    """

    members: IntArray
    length: float
    symbols: str
    weight: float

    def __len__(self) -> int:
        return len(self.members)

    @property
    def text(self) -> str:
        """The group in words, such as "6 × Cl at 2.820 Å"."""
        return f"{len(self)} × {self.symbols} at {self.length:.3f} Å"


@dataclass(frozen=True)
class Neighbourhood:
    """Bonds of one site, sorted by length.

    Attributes:
        site: The atom, counted as in the given cell.
        atom: Its representative in the quotient graph.
        labels: Names of all sites.
        rows: Rows of its bonds in ``CrystalGraph.bonds``, (bonds,).
        orbit: Rows of their representatives in the quotient graph, (bonds,).
        neighbour: Site each bond leads to, (bonds,).
        image: Cell of that site, (bonds, 3).
        vector: From the atom to the neighbour, Å, (bonds, 3).
        length: Å, (bonds,).
        weight: Envelope of each bond in (0, 1], (bonds,).
        symbols: Element at the end of each bond.
    """

    site: int
    atom: int
    labels: tuple[str, ...]
    rows: IntArray
    orbit: IntArray
    neighbour: IntArray
    image: IntArray
    vector: FloatArray
    length: FloatArray
    weight: FloatArray
    symbols: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def label(self) -> str:
        """Name of the atom, such as Na1."""
        return self.labels[self.site]

    @cached_property
    def shells(self) -> tuple[Group, ...]:
        """Neighbours at equal distances, nearest first."""
        steps = np.flatnonzero(np.diff(self.length) > SAME_LENGTH) + 1
        return tuple(
            self._group(members) for members in np.split(np.arange(len(self)), steps)
        )

    @cached_property
    def kinds(self) -> tuple[Group, ...]:
        """Bonds that are equal by symmetry, nearest first."""
        first = {orbit: place for place, orbit in reversed(list(enumerate(self.orbit)))}
        return tuple(
            self._group(np.flatnonzero(self.orbit == orbit))
            for orbit in sorted(first, key=first.__getitem__)
        )

    @cached_property
    def kind_of(self) -> IntArray:
        """Number of the kind of each bond, (bonds,)."""
        return _numbers(self.kinds, len(self))

    @cached_property
    def shell_of(self) -> IntArray:
        """Number of the shell of each bond, (bonds,)."""
        return _numbers(self.shells, len(self))

    @cached_property
    def angles(self) -> FloatArray:
        """Angle between every two bonds, degrees, (bonds, bonds)."""
        unit = self.vector / np.linalg.norm(self.vector, axis=1, keepdims=True)
        # Rounded, so that angles which are equal by symmetry have exactly one colour.
        return np.round(np.degrees(np.arccos(np.clip(unit @ unit.T, -1.0, 1.0))), 4)

    @property
    def torn_shell(self) -> tuple[Group, int] | None:
        """The shell that a hard cut after the 12th neighbour would tear apart.

        Returns:
            The shell and how many of it are among the first 12; None where 12 is the end
            of a shell.
        """
        shell = self.shells[self.shell_of[NUM_NEIGHBOURS - 1]]
        inside = int((shell.members < NUM_NEIGHBOURS).sum())
        return None if inside == len(shell) else (shell, inside)

    def bond_text(self, place: int) -> str:
        """One bond in words, such as "Na1 → Cl3, 2.820 Å"."""
        end = self.labels[self.neighbour[place]]
        return f"{self.label} → {end}, {self.length[place]:.3f} Å"

    def _group(self, members: IntArray) -> Group:
        symbols = Counter(self.symbols[place] for place in members)
        return Group(
            members,
            float(self.length[members[0]]),
            ", ".join(symbols),
            float(self.weight[members].min()),
        )


@dataclass(frozen=True)
class CrystalGraph:
    """The network's graph of a crystal, on the cell as given.

    Attributes:
        structure: The crystal.
        cell: Its standardised cell.
        quotient: The quotient graph of that cell.
        bonds: Every directed bond of the given cell, with attention of no blocks.
        labels: Names of the sites.
    """

    structure: Structure
    cell: Cell
    quotient: Quotient
    bonds: BondAttention
    labels: tuple[str, ...]

    @classmethod
    def of(cls, structure: Structure, rule: NeighbourRule) -> "CrystalGraph":
        """Build the graph of a crystal.

        Raises:
            StructureError: The cell is too empty for 12 neighbours.
        """
        cell = standardise(structure)
        quotient = take_quotient(cell, rule)
        nothing = np.empty((len(quotient.length), 0, 0))
        bonds = expand_bonds(cell, quotient, AttentionWeights(nothing, nothing))
        labels = site_labels([site.specie.symbol for site in structure])
        return cls(structure, cell, quotient, bonds, tuple(labels))

    @property
    def different_atoms(self) -> tuple[int, ...]:
        """One site of each set of symmetry-equal atoms: that nearest to the middle."""
        orbit = self.quotient.atom_orbit[self.cell.site_atom]
        away = (self.structure.frac_coords % 1.0 - 0.5) @ self.structure.lattice.matrix
        order = np.argsort(np.round((away**2).sum(axis=1), 6), kind="stable")
        first = order[np.unique(orbit[order], return_index=True)[1]]
        return tuple(sorted(first.tolist()))

    def equal_atoms(self, site: int) -> int:
        """How many atoms of the given cell are equal to one by symmetry, itself too."""
        orbit = self.quotient.atom_orbit[self.cell.site_atom]
        return int((orbit == orbit[site]).sum())

    def around(self, site: int) -> Neighbourhood:
        """Bonds of one site."""
        rows = np.flatnonzero(self.bonds.i == site)
        neighbour, image = self.bonds.j[rows], self.bonds.image[rows]
        orbit = self.bonds.orbit[rows]
        frac = self.structure.frac_coords
        steps = frac[neighbour] + image - frac[site]
        return Neighbourhood(
            site=site,
            atom=int(self.quotient.atom_orbit[self.cell.site_atom[site]]),
            labels=self.labels,
            rows=rows,
            orbit=orbit,
            neighbour=neighbour,
            image=image,
            vector=steps @ self.structure.lattice.matrix,
            length=self.bonds.length[rows],
            weight=self.quotient.bond_weight[orbit],
            symbols=tuple(self.structure[j].specie.symbol for j in neighbour.tolist()),
        )


def _numbers(groups: tuple[Group, ...], count: int) -> IntArray:
    number = np.empty(count, dtype=np.int64)
    for k, group in enumerate(groups):
        number[group.members] = k
    return number

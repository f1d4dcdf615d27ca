"""One prepared crystal: what every question about it starts from."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from pymatgen.core import Structure

from crysformer.arrays import IntArray
from crysformer.graph.arrays import GraphArrays
from crysformer.graph.bonds import BondPairs, CrystalBonds, expand_bonds, expand_pairs
from crysformer.graph.quotient import Quotient, take_quotient
from crysformer.graph.rule import NeighbourRule
from crysformer.graph.standard_cell import Cell, standardise
from crysformer.structure.labels import site_labels


@dataclass(frozen=True)
class CrystalGraph:
    """A crystal, its standard cell and its graph; built once and passed on.

    Prediction, attention, knock-outs, the lesson and pictures all take it. What is
    derived from it is worked out when it is first asked for, and kept.

    Attributes:
        structure: The crystal in the given cell.
        cell: Its standardised cell.
        quotient: The graph of that cell, with the maps back to it.
    """

    structure: Structure
    cell: Cell
    quotient: Quotient

    @classmethod
    def of(
        cls, structure: Structure, rule: NeighbourRule, *, full: bool = False
    ) -> "CrystalGraph":
        """Build the graph of a crystal.

        Args:
            structure: Ordered periodic structure.
            rule: Neighbour rule of the model.
            full: Keep every atom, bond and angle instead of one per symmetry orbit.

        Raises:
            StructureError: The cell is too empty for 12 neighbours.
        """
        cell = standardise(structure)
        return cls(structure, cell, take_quotient(cell, rule, full=full))

    @cached_property
    def arrays(self) -> GraphArrays:
        """The graph as the model reads it."""
        return GraphArrays.from_quotient(self.quotient)

    @cached_property
    def bonds(self) -> CrystalBonds:
        """Every directed bond of the given cell."""
        return expand_bonds(self.cell, self.quotient)

    @cached_property
    def pairs(self) -> BondPairs:
        """Every two bonds of the given cell that meet at an atom."""
        return expand_pairs(self.cell, self.quotient)

    @cached_property
    def labels(self) -> tuple[str, ...]:
        """Names of the sites, such as Na1."""
        return tuple(site_labels([site.specie.symbol for site in self.structure]))

    @property
    def atom_of_site(self) -> IntArray:
        """Representative atom of the quotient that each given site is equal to."""
        return self.quotient.atom_orbit[self.cell.site_atom]

    @property
    def different_atoms(self) -> tuple[int, ...]:
        """One site of each set of equivalent atoms: the one nearest to the middle."""
        away = (self.structure.frac_coords % 1.0 - 0.5) @ self.structure.lattice.matrix
        order = np.argsort(np.round((away**2).sum(axis=1), 6), kind="stable")
        first = order[np.unique(self.atom_of_site[order], return_index=True)[1]]
        return tuple(sorted(first.tolist()))

    def equal_atoms(self, site: int) -> int:
        """How many atoms of the given cell are equal to one by symmetry, itself too."""
        return int((self.atom_of_site == self.atom_of_site[site]).sum())


def build_graph(
    structure: Structure, rule: NeighbourRule, *, full: bool = False
) -> GraphArrays:
    """Build a graph of which only the arrays are wanted; see ``CrystalGraph.of``."""
    return CrystalGraph.of(structure, rule, full=full).arrays

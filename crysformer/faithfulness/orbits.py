"""Undirected bonds that symmetry makes equal: what a knock-out has to remove together.

A row of the quotient graph stands for all directed bonds that the space group maps
onto each other. Reversing a bond maps such an orbit onto an orbit, or onto nothing where
j does not attend to i. An *undirected orbit* is one such row with its reverse row; a row
that is its own reverse stands alone. Taking away a whole undirected orbit keeps the space
group, so that the smaller graph still has the same quotient.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from crysformer.arrays import FloatArray, IntArray
from crysformer.graph.bonds import CrystalBonds


@dataclass(frozen=True)
class BondOrbits:
    """The undirected orbits of a crystal, shortest first.

    Attributes:
        of_row: Orbit of each row of the quotient graph, (rows,).
        of_bond: Orbit of each directed bond of the given cell, (bonds,).
        length: Å, (orbits,).
        count: Directed bonds in the given cell, (orbits,).
        share: Part of all directed bonds, (orbits,).
        one_way: Whether no bond of the orbit has a reverse, (orbits,).
    """

    of_row: IntArray
    of_bond: IntArray
    length: FloatArray
    count: IntArray
    share: FloatArray
    one_way: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.length)

    def total(self, values: FloatArray) -> FloatArray:
        """Sum of numbers per directed bond over each orbit; (bonds,) -> (orbits,)."""
        return np.bincount(self.of_bond, weights=values, minlength=len(self))

    def rows(self, orbit: int) -> IntArray:
        """Rows of the quotient graph that one orbit holds."""
        return np.flatnonzero(self.of_row == orbit)


def find_orbits(bonds: CrystalBonds) -> BondOrbits:
    """Join every orbit of directed bonds with that of its reverse.

    Args:
        bonds: All directed bonds of the given cell.
    """
    num_rows = int(bonds.orbit.max()) + 1
    forward = bonds.reverse >= 0
    pairs = (bonds.orbit[forward], bonds.orbit[bonds.reverse[forward]])
    links = coo_array((np.ones(forward.sum()), pairs), shape=(num_rows, num_rows))
    label = connected_components(links, directed=False)[1]

    # Numbered by length, and by the first bond of the table where lengths are equal.
    _, first = np.unique(label[bonds.orbit], return_index=True)
    order = np.lexsort((first, np.rint(bonds.length[first] * 1e6)))
    of_row = np.argsort(order)[label]
    of_bond = of_row[bonds.orbit]
    count = np.bincount(of_bond)
    two_way = np.bincount(of_bond, weights=forward)
    return BondOrbits(
        of_row=of_row,
        of_bond=of_bond,
        length=bonds.length[first[order]],
        count=count,
        share=count / count.sum(),
        one_way=two_way == 0,
    )

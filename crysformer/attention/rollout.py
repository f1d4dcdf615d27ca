"""Attention roll-out on a crystal graph: where an atom's last features come from.

Abnar and Zuidema (Quantifying attention flow in transformers, ACL 2020) trace the output
tokens of a transformer to its input tokens: heads are averaged, the residual connection
counts as half, ``A' = (A + I) / 2``, and the matrices of all layers are multiplied.

What is changed here (our choice):

* The tokens are the atoms of the infinite crystal, and A is sparse: row i holds the
  weights of the bonds of atom i, one entry for each neighbour and image. Nothing is
  folded into the cell, so an atom and its image stay two.
* A weight of cross-attention is one on a bond. It counts for the atom at the far end, as
  one of conditional attention does.
* A block has two modules on this graph. The roll-out of one module multiplies the
  matrices of that module over the blocks. For both together, cross and conditional of
  each block follow each other, in the order in which the network applies them.
* The line graph is left out, and so are the feed-forward networks, as in the original.

Rows of the product sum to one: the share that is traced to the atom itself, to its
neighbours in the graph, and to atoms farther away. On a bond the share of its neighbour
is shown, over the sum for all neighbours: weights of one centre sum to one again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from crysformer.arrays import FloatArray, IntArray
from crysformer.graph.bonds import CrystalBonds

if TYPE_CHECKING:
    from crysformer.attention.weights import BondAttention


@dataclass(frozen=True)
class RollOut:
    """Roll-out from every site of the given cell.

    Attributes:
        neighbour: Share traced to the atom at the end of each bond, (bonds,).
        own: Share traced to the atom itself, (sites,).
        farther: Share traced to atoms that are no neighbours, (sites,).
        weight: ``neighbour`` over its sum at each centre, (bonds,).
    """

    neighbour: FloatArray
    own: FloatArray
    farther: FloatArray
    weight: FloatArray


def module_steps(weights: FloatArray) -> list[FloatArray]:
    """Mean over heads of each block, first block first; (bonds, blocks, heads)."""
    return list(weights.mean(axis=2).T)


def both_steps(attention: "BondAttention") -> list[FloatArray]:
    """Cross and conditional attention of each block, in the order they are applied."""
    cross, conditional = map(module_steps, (attention.cross, attention.conditional))
    return [step for pair in zip(cross, conditional, strict=True) for step in pair]


def roll_out(bonds: CrystalBonds, steps: Sequence[FloatArray]) -> RollOut:
    """Multiply the matrices of some attention steps, each with half a residual.

    Args:
        bonds: Bonds of the given cell.
        steps: Weights that sum to one at each centre, in the order in which the network
            applies them, (bonds,) each.
    """
    # Equivalent sites have equal rows: one of each kind is traced. Rows of the quotient
    # graph are counted through its atoms, so the lowest one at a site tells its kind.
    starts = np.flatnonzero(np.diff(bonds.i, prepend=-1))
    kind = np.minimum.reduceat(bonds.orbit, starts)
    _, origins, kind_of_site = np.unique(kind, return_index=True, return_inverse=True)
    walk = _Walk.start(bonds, origins, len(steps))
    for weights in reversed(steps):
        walk = walk.step(bonds, starts, weights)

    here = np.isin(bonds.i, origins)
    number = np.searchsorted(origins, bonds.i[here])
    found = walk.mass_at(number, bonds.j[here], bonds.image[here])
    of_row = np.zeros(int(bonds.orbit.max()) + 1)
    of_row[bonds.orbit[here]] = found
    neighbour = of_row[bonds.orbit]
    everyone = np.arange(len(origins))
    own = walk.mass_at(everyone, origins, np.zeros((len(origins), 3), dtype=np.int64))
    total = np.add.reduceat(neighbour, starts)
    own = own[kind_of_site]
    return RollOut(neighbour, own, 1.0 - own - total, neighbour / total[bonds.i])


@dataclass(frozen=True)
class _Walk:
    """How much of each origin has arrived where.

    Attributes:
        key: Origin, site and image packed into one ascending integer, (places,).
        mass: (places,).
        sites: Sites of the cell.
        reach: Largest image index that can be reached.
    """

    key: IntArray
    mass: FloatArray
    sites: int
    reach: int

    @classmethod
    def start(cls, bonds: CrystalBonds, origins: IntArray, num_steps: int) -> "_Walk":
        sites = int(bonds.i.max()) + 1
        reach = num_steps * int(np.abs(bonds.image).max())
        empty = cls(np.empty(0, np.int64), np.empty(0), sites, reach)
        home = np.zeros((len(origins), 3), dtype=np.int64)
        key = empty.pack(np.arange(len(origins)), origins, home)
        return cls(key, np.ones(len(origins)), sites, reach)

    def pack(self, origin: IntArray, site: IntArray, image: IntArray) -> IntArray:
        base = 2 * self.reach + 1
        place = (image + self.reach) @ np.array([base * base, base, 1])
        return (origin * self.sites + site) * base**3 + place

    def unpack(self) -> tuple[IntArray, IntArray, IntArray]:
        base = 2 * self.reach + 1
        atom, place = np.divmod(self.key, base**3)
        image = np.stack([place // base**2, place // base % base, place % base], axis=1)
        return atom // self.sites, atom % self.sites, image - self.reach

    def step(self, bonds: CrystalBonds, starts: IntArray, weights: FloatArray) -> "_Walk":
        """Half of the mass stays, half goes along the bonds by their weights."""
        origin, site, image = self.unpack()
        degree = bonds.degree[starts[site]]
        parent = np.repeat(np.arange(len(site)), degree)
        first = np.cumsum(degree) - degree
        row = starts[site][parent] + np.arange(len(parent)) - first[parent]
        arrived = self.pack(
            origin[parent], bonds.j[row], image[parent] + bonds.image[row]
        )
        key, place = np.unique(np.concatenate([self.key, arrived]), return_inverse=True)
        moved = 0.5 * self.mass[parent] * weights[row]
        mass = np.bincount(place, np.concatenate([0.5 * self.mass, moved]))
        return _Walk(key, mass, self.sites, self.reach)

    def mass_at(self, origin: IntArray, site: IntArray, image: IntArray) -> FloatArray:
        wanted = self.pack(origin, site, image)
        place = np.searchsorted(self.key, wanted).clip(max=len(self.key) - 1)
        return np.where(self.key[place] == wanted, self.mass[place], 0.0)

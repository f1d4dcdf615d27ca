"""Attention of every bond and every pair of bonds of the given cell.

The network sees one representative of each symmetry orbit; its weight is what all members
carry together. A single bond's weight is that over the multiplicity, so equal bonds carry
exactly equal weights, and the weights of all bonds of a centre sum to one per module,
block and head. Bonds and pairs themselves are those of the ``CrystalGraph``.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Self

import numpy as np

from crysformer.arrays import FloatArray, IntArray
from crysformer.attention.notebook import attention_html
from crysformer.graph.bonds import BondPairs, CrystalBonds
from crysformer.graph.crystal import CrystalGraph
from crysformer.model.layers import LayerAttention


@dataclass(frozen=True)
class AttentionWeights:
    """Attention of one graph and both modules over the rows of a quotient graph.

    Attributes:
        cross: (rows, blocks, heads).
        conditional: (rows, blocks, heads).
    """

    cross: FloatArray
    conditional: FloatArray

    @classmethod
    def of(cls, layers: Sequence[LayerAttention]) -> "AttentionWeights":
        """What the network returned for one graph, one entry for each block."""

        def stack(module: Literal["cross", "conditional"]) -> FloatArray:
            rows = [getattr(layer, module).cpu().double().numpy() for layer in layers]
            return np.stack(rows, axis=1)

        return cls(stack("cross"), stack("conditional"))

    def of_members(self, orbit: IntArray, multiplicity: IntArray) -> "AttentionWeights":
        """Weights of single members of the rows' orbits.

        Args:
            orbit: Row that each member belongs to, (members,).
            multiplicity: Members of that row at one centre, (members,).
        """
        share = multiplicity[:, None, None]
        return AttentionWeights(
            self.cross[orbit] / share, self.conditional[orbit] / share
        )


@dataclass(frozen=True)
class _OfMembers:
    """Weights of single bonds or pairs of a crystal; the first axis counts them."""

    graph: CrystalGraph
    cross: FloatArray
    conditional: FloatArray

    @classmethod
    def _share(
        cls,
        graph: CrystalGraph,
        rows: AttentionWeights,
        members: CrystalBonds | BondPairs,
    ) -> Self:
        """Give every member its share of its orbit's weight."""
        single = rows.of_members(members.orbit, members.multiplicity)
        return cls(graph, single.cross, single.conditional)

    def __len__(self) -> int:
        return len(self.cross)


class BondAttention(_OfMembers):
    """Attention on the directed bonds of the given cell; i attends to j.

    Attributes:
        graph: The crystal, whose bonds these are.
        cross: Weights of cross-attention, (bonds, blocks, heads).
        conditional: Weights of conditional attention, (bonds, blocks, heads).
    """

    @classmethod
    def of(cls, graph: CrystalGraph, rows: AttentionWeights) -> Self:
        """Carry attention on the rows of the quotient graph to every bond."""
        return cls._share(graph, rows, graph.bonds)

    @property
    def bonds(self) -> CrystalBonds:
        """The bonds themselves."""
        return self.graph.bonds

    def _repr_html_(self) -> str:
        """What a notebook shows: the crystal in 3D, its bonds coloured."""
        return attention_html(self)


class PairAttention(_OfMembers):
    """Attention between bonds that meet at an atom of the given cell.

    Attributes:
        graph: The crystal, whose pairs of bonds these are.
        cross: Weights of cross-attention, (pairs, blocks, heads).
        conditional: Weights of conditional attention, (pairs, blocks, heads).
    """

    @classmethod
    def of(cls, graph: CrystalGraph, rows: AttentionWeights) -> Self:
        """Carry attention on the angles of the quotient graph to every pair."""
        return cls._share(graph, rows, graph.pairs)

    @property
    def pairs(self) -> BondPairs:
        """The pairs themselves."""
        return self.graph.pairs

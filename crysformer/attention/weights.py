"""Attention of every bond and every pair of bonds of the given cell.

The network sees one representative of each symmetry orbit; its weight is what all members
carry together. A single bond's weight is that over the multiplicity, so equal bonds carry
exactly equal weights, and the weights of all bonds of a centre sum to one per module,
block and head. Bonds and pairs themselves are those of the ``CrystalGraph``.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

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
class BondAttention:
    """Attention on the directed bonds of the given cell; i attends to j.

    Attributes:
        graph: The crystal, whose bonds these are.
        cross: Weights of cross-attention, (bonds, blocks, heads).
        conditional: Weights of conditional attention, (bonds, blocks, heads).
    """

    graph: CrystalGraph
    cross: FloatArray
    conditional: FloatArray

    @classmethod
    def of(cls, graph: CrystalGraph, rows: AttentionWeights) -> "BondAttention":
        """Give every bond its share of its orbit's weight."""
        single = rows.of_members(graph.bonds.orbit, graph.bonds.multiplicity)
        return cls(graph, single.cross, single.conditional)

    @property
    def bonds(self) -> CrystalBonds:
        """The bonds themselves."""
        return self.graph.bonds

    def _repr_html_(self) -> str:
        """What a notebook shows: the crystal in 3D, its bonds coloured."""
        return attention_html(self)

    def __len__(self) -> int:
        return len(self.cross)


@dataclass(frozen=True)
class PairAttention:
    """Attention between bonds that meet at an atom of the given cell.

    Attributes:
        graph: The crystal, whose pairs of bonds these are.
        cross: Weights of cross-attention, (pairs, blocks, heads).
        conditional: Weights of conditional attention, (pairs, blocks, heads).
    """

    graph: CrystalGraph
    cross: FloatArray
    conditional: FloatArray

    @classmethod
    def of(cls, graph: CrystalGraph, rows: AttentionWeights) -> "PairAttention":
        """Give every pair its share of its orbit's weight."""
        single = rows.of_members(graph.pairs.orbit, graph.pairs.multiplicity)
        return cls(graph, single.cross, single.conditional)

    @property
    def pairs(self) -> BondPairs:
        """The pairs themselves."""
        return self.graph.pairs

    def __len__(self) -> int:
        return len(self.cross)

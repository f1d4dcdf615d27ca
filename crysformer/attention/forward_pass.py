"""Everything that one forward pass says of one crystal."""

from dataclasses import dataclass
from functools import cached_property

import torch

from crysformer.arrays import FloatArray
from crysformer.attention.weights import AttentionWeights, BondAttention, PairAttention
from crysformer.errors import SettingsError
from crysformer.graph.batch import collate
from crysformer.graph.crystal import CrystalGraph
from crysformer.model.network import Crysformer, Output


@dataclass(frozen=True)
class ForwardPass:
    """Outputs and attention of one pass; no question about them needs another one.

    Attributes:
        graph: The crystal.
        outputs: Standardised predictions, (outputs,).
        atom_features: Last features of the representative atoms, (atoms, width).
        atomistic: Attention on the rows of the quotient graph's bonds.
        line: Attention on the rows of its angles; None without a line graph.
    """

    graph: CrystalGraph
    outputs: FloatArray
    atom_features: FloatArray
    atomistic: AttentionWeights
    line: AttentionWeights | None

    @classmethod
    def of(cls, model: Crysformer, graph: CrystalGraph) -> "ForwardPass":
        """Run a network on one crystal.

        Args:
            model: Network in evaluation mode, in any precision on any device.
            graph: The crystal, by the neighbour rule of that network.
        """
        parameter = next(model.parameters())
        with torch.inference_mode():
            batch = collate([graph.arrays], parameter.dtype).to(parameter.device)
            return cls.from_output(graph, model(batch))

    @classmethod
    def from_output(cls, graph: CrystalGraph, output: Output) -> "ForwardPass":
        """Keep what a network returned for a batch of this crystal alone."""
        return cls(
            graph,
            output.values[0].cpu().double().numpy(),
            output.atoms.cpu().double().numpy(),
            AttentionWeights.of(output.atomistic),
            AttentionWeights.of(output.line) if output.line else None,
        )

    @cached_property
    def bond_attention(self) -> BondAttention:
        """Attention of both modules on every bond of the given cell."""
        return BondAttention.of(self.graph, self.atomistic)

    @cached_property
    def pair_attention(self) -> PairAttention:
        """Attention of both modules on every pair of bonds of the given cell.

        Raises:
            SettingsError: The network has no line graph.
        """
        if self.line is None:
            raise SettingsError("This model was trained without a line graph.")
        return PairAttention.of(self.graph, self.line)

"""The Crysformer network [paper, Algorithm 1].

N blocks on two graphs: the line graph (bonds and the angles between them), then the
atomistic graph (atoms and bonds). Readout: mean over the atoms, then one small network
per property (our choice: one trunk for all of them).
"""

from typing import NamedTuple

import torch
from torch import Tensor, nn

from crysformer.graph.batch import GraphBatch
from crysformer.model.config import ModelConfig
from crysformer.model.layers import CrysformerLayer, LayerAttention
from crysformer.model.segments import Edges, Segments, may_overwrite, sum_by
from crysformer.model.trace import Trace
from crysformer.properties.elements import MAX_ATOMIC_NUMBER

# Far Gaussians would underflow to denormal numbers, which slow every product with them: a
# step takes a fifth longer. exp(-50) is nothing beside the nearest one.
_FAINTEST = -50.0


class Output(NamedTuple):
    """What one forward pass returns.

    Attributes:
        values: Standardised predictions, (crystals, properties).
        representation: Mean over atoms of the last features, (crystals, atom_width).
        atoms: The last features themselves, (atoms, atom_width).
        atomistic: Attention between an atom and its bonds, one entry per block.
        line: Attention between a bond and its angles, one entry per block.
    """

    values: Tensor
    representation: Tensor
    atoms: Tensor
    atomistic: list[LayerAttention]
    line: list[LayerAttention]


class GaussianBasis(nn.Module):
    """Gaussians on a uniform grid, then a linear layer [paper, Algorithm 1].

    ``exp(-gamma (x - centre)^2)`` with gamma one over the grid spacing squared.
    """

    def __init__(self, low: float, high: float, num_centres: int, width: int) -> None:
        super().__init__()
        centres = torch.linspace(low, high, num_centres)
        self.register_buffer("centres", centres, persistent=False)
        self.gamma = ((num_centres - 1) / (high - low)) ** 2
        self.linear = nn.Linear(num_centres, width)

    def expand(self, values: Tensor) -> Tensor:
        """The numbers before the linear layer; (E,) -> (E, num_centres)."""
        distance = values[:, None] - self.centres
        if may_overwrite(distance):
            exponent = distance.square_().mul_(-self.gamma)
            return exponent.clamp_(min=_FAINTEST).exp_()
        exponent = -self.gamma * distance**2
        return torch.exp(exponent.clamp(min=_FAINTEST))

    def forward(self, values: Tensor) -> Tensor:
        """(E,) -> (E, width)."""
        return self.linear(self.expand(values))


class PropertyHeads(nn.Module):
    """A small network per property, evaluated together: (B, C) -> (B, P)."""

    def __init__(self, width: int, head_width: int, num_properties: int) -> None:
        super().__init__()
        self.hidden = nn.Linear(width, head_width * num_properties)
        self.weight = nn.Parameter(
            torch.randn(num_properties, head_width) * head_width**-0.5
        )
        self.bias = nn.Parameter(torch.zeros(num_properties))

    def forward(self, representation: Tensor) -> Tensor:
        """Standardised predictions, (B, P)."""
        hidden = nn.functional.silu(self.hidden(representation))
        hidden = hidden.view(len(representation), *self.weight.shape)
        return (hidden * self.weight).sum(dim=-1) + self.bias


class Crysformer(nn.Module):
    """Attention-based graph network for properties of crystals.

    Args:
        config: Architecture.
        num_properties: Number of standardised outputs.
    """

    def __init__(self, config: ModelConfig, num_properties: int) -> None:
        super().__init__()
        self.config = config
        self.atom_embedding = nn.Embedding(MAX_ATOMIC_NUMBER + 1, config.atom_width)
        self.bond_embedding = GaussianBasis(
            0.0, config.max_length, config.length_centres, config.bond_width
        )
        last = config.blocks - 1
        switches = {
            "cross": config.cross,
            "conditional": config.conditional,
            "condition_edges": config.condition_edges,
        }
        self.line_layers = nn.ModuleList()
        if config.line_graph:
            self.angle_embedding = GaussianBasis(
                -1.0, 1.0, config.cosine_centres, config.angle_width
            )
            self.line_layers.extend(
                CrysformerLayer(
                    config.bond_width,
                    config.angle_width,
                    config.angle_width,
                    config.num_heads,
                    config.ratio,
                    update_edges=block < last,
                    **switches,
                )
                for block in range(config.blocks)
            )
        self.atom_layers = nn.ModuleList(
            CrysformerLayer(
                config.atom_width,
                config.bond_width,
                config.atom_width,
                config.num_heads,
                config.ratio,
                update_edges=block < last,
                **switches,
            )
            for block in range(config.blocks)
        )
        self.heads = PropertyHeads(config.atom_width, config.head_width, num_properties)

    def compile_layers(self) -> None:
        """Let torch.compile fuse the elementwise work of every layer, for training.

        Layer by layer: the indices between them are what a compiler cannot fuse.
        """
        for layer in (*self.line_layers, *self.atom_layers):
            layer.compile(dynamic=True)

    def forward(self, batch: GraphBatch, trace: Trace | None = None) -> Output:
        """Predict a batch of crystals and return all attention of the pass.

        Args:
            batch: The crystals.
            trace: Takes what every layer is given and returns, where somebody asks.
        """
        atoms = self.atom_embedding(batch.atomic_numbers)
        bonds = self.bond_embedding(batch.lengths)
        angles = self.angle_embedding(batch.cosines) if self.line_layers else None
        bond_edges = Edges(
            *batch.edge_index,
            batch.log_bond_multiplicity,
            len(atoms),
            batch.bond_factor,
            Segments.of(batch.edge_index, len(atoms), self.config.num_heads),
        )
        angle_edges = Edges(
            *batch.line_index,
            batch.log_angle_multiplicity,
            len(bonds),
            batch.angle_factor,
            Segments.of(batch.line_index, len(bonds), self.config.num_heads),
        )

        of_line = of_atoms = None
        if trace is not None:
            trace.start(atoms, bonds, angles)
            of_line, of_atoms = trace.line, trace.atomistic

        atomistic, line = [], []
        for block, atom_layer in enumerate(self.atom_layers):
            if self.line_layers:
                bonds, angles, attention = self.line_layers[block](
                    bonds, angles, angle_edges, of_line
                )
                line.append(attention)
            atoms, bonds, attention = atom_layer(atoms, bonds, bond_edges, of_atoms)
            atomistic.append(attention)

        representation = sum_by(
            atoms * batch.atom_fraction[:, None], batch.crystal, batch.num_crystals
        )
        values = self.heads(representation)
        return Output(values, representation, atoms, atomistic, line)

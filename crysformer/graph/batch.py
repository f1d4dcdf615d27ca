"""Several graphs as one batch of tensors for the model."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from crysformer.graph.arrays import GraphArrays
from crysformer.properties.elements import NUM_ELEMENTS


@dataclass(frozen=True)
class GraphBatch:
    """Several graphs as one, with indices counting through the batch.

    Attributes are the arrays of ``GraphArrays`` as tensors, and:
        atom_fraction: Share of each representative in its crystal, (atoms,).
        crystal: Crystal each atom belongs to, (atoms,).
        num_crystals: B.
        bond_factor: Multiplies attention on bonds after the softmax, see
            ``layers.Edges``; None but in knock-outs, (bonds,).
        angle_factor: The same on angles, (angles,).
    """

    atomic_numbers: Tensor
    atom_fraction: Tensor
    edge_index: Tensor
    lengths: Tensor
    log_bond_multiplicity: Tensor
    line_index: Tensor
    cosines: Tensor
    log_angle_multiplicity: Tensor
    crystal: Tensor
    num_crystals: int
    bond_factor: Tensor | None = None
    angle_factor: Tensor | None = None

    def to(
        self, device: torch.device | str | None = None, dtype: torch.dtype | None = None
    ) -> "GraphBatch":
        """Move all tensors; only floating-point ones change their type."""
        moved = {}
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, Tensor):
                kind = dtype if value.is_floating_point() else None
                moved[field.name] = value.to(device=device, dtype=kind)
        return replace(self, **moved)

    def composition(self) -> Tensor:
        """Fraction of each element by atomic number, (B, 119)."""
        fractions = self.atom_fraction.new_zeros(self.num_crystals, NUM_ELEMENTS)
        return fractions.index_put_(
            (self.crystal, self.atomic_numbers), self.atom_fraction, accumulate=True
        )


def collate(
    graphs: Sequence[GraphArrays], dtype: torch.dtype = torch.float32
) -> GraphBatch:
    """Join graphs into one batch."""
    num_atoms = np.array([len(graph.atomic_numbers) for graph in graphs])
    num_bonds = np.array([len(graph.lengths) for graph in graphs])
    first_atom = np.cumsum(num_atoms) - num_atoms
    first_bond = np.cumsum(num_bonds) - num_bonds

    def join(name: str) -> Tensor:
        rows = np.concatenate([getattr(graph, name) for graph in graphs])
        return torch.from_numpy(rows).to(dtype)

    def join_index(name: str, first: NDArray) -> Tensor:
        rows = [
            getattr(graph, name) + start
            for graph, start in zip(graphs, first, strict=True)
        ]
        return torch.from_numpy(np.concatenate(rows, axis=1)).long()

    fractions = [g.atom_multiplicity / g.atom_multiplicity.sum() for g in graphs]
    return GraphBatch(
        atomic_numbers=join("atomic_numbers").long(),
        atom_fraction=torch.from_numpy(np.concatenate(fractions)).to(dtype),
        edge_index=join_index("edge_index", first_atom),
        lengths=join("lengths"),
        log_bond_multiplicity=join("log_bond_multiplicity"),
        line_index=join_index("line_index", first_bond),
        cosines=join("cosines"),
        log_angle_multiplicity=join("log_angle_multiplicity"),
        crystal=torch.from_numpy(np.repeat(np.arange(len(graphs)), num_atoms)),
        num_crystals=len(graphs),
    )

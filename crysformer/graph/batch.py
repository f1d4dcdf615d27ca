"""Graphs of single crystals as arrays, and batches of them as tensors for the model."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from pymatgen.core import Structure
from torch import Tensor

from crysformer.graph.quotient import Quotient, take_quotient
from crysformer.graph.rule import NeighbourRule
from crysformer.graph.standard_cell import standardise
from crysformer.properties.elements import NUM_ELEMENTS

Count = TypeVar("Count", int, NDArray[np.int64])


def work_of(bonds: Count, angles: Count) -> Count:
    """Cost of graphs in angles: a bond costs about what ten angles cost."""
    return angles + 10 * bonds


@dataclass(frozen=True)
class GraphArrays:
    """The quotient graph of one crystal, as the model needs it.

    Attributes:
        atomic_numbers: Z of the representative atoms, (atoms,).
        atom_multiplicity: Atoms each stands for, (atoms,).
        edge_index: Row 0 neighbour j, row 1 centre i, (2, bonds).
        lengths: Å, (bonds,).
        log_bond_multiplicity: Log of multiplicity times envelope, (bonds,).
        line_index: Row 0 other bond, row 1 attending bond, (2, angles).
        cosines: Cosine of the angle, (angles,).
        log_angle_multiplicity: Log of multiplicity times the other bond's envelope,
            (angles,).
        piezoelectric: Whether the crystal's symmetry allows a piezoelectric response. The
            network does not see it.
    """

    atomic_numbers: NDArray
    atom_multiplicity: NDArray
    edge_index: NDArray
    lengths: NDArray
    log_bond_multiplicity: NDArray
    line_index: NDArray
    cosines: NDArray
    log_angle_multiplicity: NDArray
    piezoelectric: bool = True

    @classmethod
    def from_quotient(cls, quotient: Quotient) -> "GraphArrays":
        """Keep what the model reads of a quotient graph."""
        return cls(
            atomic_numbers=quotient.atomic_numbers,
            atom_multiplicity=quotient.atom_multiplicity,
            edge_index=quotient.edge_index,
            lengths=quotient.length,
            log_bond_multiplicity=np.log(
                quotient.bond_multiplicity * quotient.bond_weight
            ),
            line_index=quotient.line_index,
            cosines=quotient.cosine,
            log_angle_multiplicity=np.log(
                quotient.angle_multiplicity * quotient.angle_weight
            ),
            piezoelectric=quotient.group.piezoelectric,
        )

    @property
    def work(self) -> int:
        """Rows the model has to process, see ``work_of``."""
        return work_of(self.edge_index.shape[1], self.line_index.shape[1])

    def composition(self) -> NDArray[np.float64]:
        """Fraction of each element by atomic number, (119,)."""
        counts = np.bincount(
            self.atomic_numbers, self.atom_multiplicity, minlength=NUM_ELEMENTS
        )
        return counts / counts.sum()


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


def build_graph(
    structure: Structure, rule: NeighbourRule, *, full: bool = False
) -> GraphArrays:
    """Standardise a structure and build its graph.

    Args:
        structure: Ordered periodic structure.
        rule: Neighbour rule of the model.
        full: Keep every atom, bond and angle instead of one per symmetry orbit.

    Raises:
        StructureError: The cell is too empty for 12 neighbours.
    """
    return GraphArrays.from_quotient(
        take_quotient(standardise(structure), rule, full=full)
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

"""Graphs as torch_geometric objects, for whoever builds on this library with PyG.

Kept apart because importing torch_geometric takes seconds, which a person waiting for a
first prediction should not pay. ``CrystalData`` batches with PyG's own ``DataLoader``
and ``Batch``; ``to_graph_batch`` hands such a batch to the model.
"""

import torch
from pymatgen.core import Structure
from torch import Tensor
from torch_geometric.data import Batch, Data

from crysformer.graph.arrays import GraphArrays
from crysformer.graph.batch import GraphBatch, collate
from crysformer.graph.crystal import build_graph
from crysformer.graph.rule import NeighbourRule


class CrystalData(Data):
    """Quotient (or full) graph of a crystal; field names as in ``GraphBatch``.

    ``edge_index`` counts atoms and ``line_index`` counts bonds, both (2, rows) with the
    source in row 0 and the attending centre in row 1.
    """

    def __inc__(self, key: str, value: Tensor, *args: object, **kwargs: object) -> int:
        if key == "line_index":
            return self.edge_index.shape[1]
        return super().__inc__(key, value, *args, **kwargs)

    def __cat_dim__(
        self, key: str, value: Tensor, *args: object, **kwargs: object
    ) -> int:
        return 1 if key in ("edge_index", "line_index") else 0


_FIELDS = (
    "atomic_numbers",
    "atom_fraction",
    "edge_index",
    "lengths",
    "log_bond_multiplicity",
    "line_index",
    "cosines",
    "log_angle_multiplicity",
)


def crystal_graph(
    structure: Structure, rule: NeighbourRule, *, full: bool = False
) -> CrystalData:
    """Build the graph of a structure.

    Args:
        structure: Ordered periodic structure.
        rule: Neighbour rule of a model.
        full: Keep every atom, bond and angle instead of one per symmetry orbit.

    Raises:
        StructureError: The cell is too empty for 12 neighbours.
    """
    return from_arrays(build_graph(structure, rule, full=full))


def from_arrays(graph: GraphArrays) -> CrystalData:
    """Arrays of one crystal as a PyG object."""
    single = collate([graph])
    fields = {name: getattr(single, name) for name in _FIELDS}
    return CrystalData(num_nodes=len(single.atomic_numbers), **fields)


def to_graph_batch(batch: Batch | CrystalData) -> GraphBatch:
    """A PyG batch (or one graph) as the model's input."""
    fields = {name: batch[name] for name in _FIELDS}
    if isinstance(batch, Batch):
        crystal, num_crystals = batch.batch, batch.num_graphs
    else:
        crystal, num_crystals = torch.zeros_like(batch.atomic_numbers), 1
    return GraphBatch(**fields, crystal=crystal, num_crystals=num_crystals)

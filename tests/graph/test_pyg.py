"""torch_geometric objects give the model the same input as our own batches."""

import torch
from torch_geometric.loader import DataLoader

from crysformer.graph.batch import collate
from crysformer.graph.crystal import build_graph
from crysformer.graph.pyg import crystal_graph, to_graph_batch
from crysformer.graph.rule import NeighbourRule
from crysformer.library.catalogue import get_crystal

RULE = NeighbourRule(0.1, envelope=False)
NAMES = ("rock-salt-nacl", "diamond-si", "rutile-tio2")


def test_pyg_batch_equals_our_batch():
    structures = [get_crystal(name).structure() for name in NAMES]
    loader = DataLoader([crystal_graph(s, RULE) for s in structures], batch_size=3)
    ours = collate([build_graph(s, RULE) for s in structures])
    theirs = to_graph_batch(next(iter(loader)))
    assert theirs.num_crystals == ours.num_crystals == 3
    for name in ("edge_index", "line_index", "crystal", "atomic_numbers"):
        assert torch.equal(getattr(theirs, name), getattr(ours, name)), name
    for name in ("lengths", "cosines", "log_bond_multiplicity", "atom_fraction"):
        assert torch.equal(getattr(theirs, name), getattr(ours, name)), name


def test_full_graph_switch_keeps_every_atom_bond_and_angle():
    structure = get_crystal("rock-salt-nacl").structure()
    full = crystal_graph(structure, NeighbourRule(0.01, envelope=False), full=True)
    quotient = crystal_graph(structure, NeighbourRule(0.01, envelope=False))
    assert full.num_nodes == 2
    assert full.edge_index.shape[1] == 2 * 18
    assert full.line_index.shape[1] == 2 * 18 * 17
    assert quotient.edge_index.shape[1] == 2 * 2


def test_one_graph_alone_is_a_batch_of_one():
    graph = crystal_graph(get_crystal("diamond-si").structure(), RULE)
    assert to_graph_batch(graph).num_crystals == 1

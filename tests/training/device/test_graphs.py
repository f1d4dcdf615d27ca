"""Batches assembled on the device are those that collate makes."""

from dataclasses import fields

import pytest
import torch

from crysformer.data.store import GraphStore
from crysformer.graph.batch import GraphBatch, collate
from crysformer.graph.crystal import build_graph
from crysformer.training.device.graphs import DeviceGraphs, Sizes
from tests.support.crystals import TEXTBOOK
from tests.support.training import SMALL

CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def store() -> GraphStore:
    rule = SMALL.neighbour_rule
    return GraphStore.from_graphs(
        [build_graph(make(), rule) for make in TEXTBOOK.values()]
    )


def assembled(store: GraphStore, crystals: list[int], extra: Sizes) -> GraphBatch:
    real = [row for row in crystals if row < len(store)]
    rows = store.rows[real].sum(axis=0) + extra
    graphs = DeviceGraphs(store.arrays, CPU, torch.float32)
    return graphs.batch(torch.tensor(crystals), Sizes(*rows.tolist()))


@pytest.mark.parametrize(
    "crystals", [[3, 0, 9, 5], [7], [2, 2, 8], list(range(10))], ids=len
)
@pytest.mark.parametrize("extra", [Sizes(1, 1, 0), Sizes(5, 300, 2000)], ids=str)
def test_an_assembled_batch_is_the_collated_one_and_a_filler(store, crystals, extra):
    batch = assembled(store, crystals, extra)
    plain = collate([store[row] for row in crystals])
    for field in fields(GraphBatch):
        ours, theirs = getattr(batch, field.name), getattr(plain, field.name)
        if isinstance(theirs, torch.Tensor):
            real = ours[..., : theirs.shape[-1]]
            assert torch.equal(real, theirs), field.name
            assert real.dtype == theirs.dtype
    assert batch.num_crystals == plain.num_crystals + 1
    assert (batch.crystal[-extra.atoms :] == len(crystals)).all()
    assert not batch.atom_fraction[-extra.atoms :].any()


def test_the_filler_keeps_to_itself_and_is_spread_over_its_rows(store):
    extra = Sizes(7, 100, 1234)
    batch = assembled(store, [1, 6, 4], extra)
    for index, nodes, edges in (
        (batch.edge_index, extra.atoms, extra.bonds),
        (batch.line_index, extra.bonds, extra.angles),
    ):
        assert (index[1].diff() >= 0).all()  # sorted by centre, as everywhere
        first = len(batch.atomic_numbers) - nodes
        if nodes == extra.bonds:
            first = len(batch.lengths) - nodes
        filler = index[:, -edges:]
        assert torch.equal(filler[0], filler[1])
        assert filler.min() == first
        assert index[:, :-edges].max() < first
        counts = torch.bincount(filler[1] - first, minlength=nodes)
        assert counts.max() - counts.min() <= 1


def test_a_place_without_a_crystal_is_empty(store):
    extra = Sizes(2, 3, 4)
    empty = len(store)
    batch = assembled(store, [empty, 4, empty, 8], extra)
    plain = collate([store[4], store[8]])
    atoms = len(plain.atomic_numbers)
    assert torch.equal(batch.atomic_numbers[:atoms], plain.atomic_numbers)
    assert torch.equal(batch.edge_index[:, : len(plain.lengths)], plain.edge_index)
    assert torch.equal(batch.crystal[:atoms], 2 * plain.crystal + 1)
    assert batch.num_crystals == 5
    assert len(DeviceGraphs(store.arrays, CPU, torch.float32)) == empty

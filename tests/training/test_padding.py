"""Padding rounds the sizes of a batch up and changes nothing else."""

import numpy as np
import torch

from crysformer.graph.batch import collate
from crysformer.graph.crystal import build_graph
from crysformer.training.padding import padded
from tests.support.crystals import TEXTBOOK, random_model
from tests.support.training import SMALL


def test_padding_changes_no_prediction_and_no_gradient():
    model = random_model(SMALL)
    names = ("rock_salt", "triclinic", "bcc")
    graphs = [build_graph(TEXTBOOK[name](), SMALL.neighbour_rule) for name in names]
    found = []
    for batch in (graphs, padded(graphs)):
        model.zero_grad()
        values = model(collate(batch, torch.float64)).values[: len(graphs)]
        values.square().sum().backward()
        gradients = [parameter.grad.clone() for parameter in model.parameters()]
        found.append((values.detach(), gradients))
    (plain, slopes), (filled, filled_slopes) = found
    torch.testing.assert_close(filled, plain, rtol=0, atol=1e-12)
    assert plain.abs().min() > 1e-6
    for one, other in zip(slopes, filled_slopes, strict=True):
        torch.testing.assert_close(other, one, rtol=1e-9, atol=1e-12)


def test_sizes_are_few():
    graphs = [
        build_graph(TEXTBOOK[name](), SMALL.neighbour_rule)
        for name in ("wurtzite", "perovskite", "hcp")
    ]
    for batch in (graphs, graphs[:1], graphs[1:]):
        filled = collate(padded(batch))
        assert len(filled.atomic_numbers) % 32 == 0
        assert len(filled.lengths) % 64 == 0
        assert len(filled.cosines) % 1024 == 0
        assert filled.num_crystals == len(batch) + 1
        # Edges are sorted by centre, and none joins the filler to a crystal.
        assert (np.diff(filled.edge_index[1]) >= 0).all()
        assert (np.diff(filled.line_index[1]) >= 0).all()
        first = sum(len(graph.atomic_numbers) for graph in batch)
        inside = filled.edge_index < first
        assert torch.equal(inside[0], inside[1])

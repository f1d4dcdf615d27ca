"""A trace holds what passes between the layers, and changes nothing."""

import pytest
import torch

from crysformer.graph.batch import collate
from crysformer.graph.crystal import build_graph
from crysformer.model.config import get_preset
from crysformer.model.trace import Trace
from tests.support.crystals import random_model, wurtzite

SMALL = {"blocks": 2, "atom_width": 16, "bond_width": 16, "angle_width": 8}


def traced(**switches):
    """A network, its output with and without a trace, and the trace."""
    model = random_model(get_preset("shipped", **SMALL, **switches))
    graph = build_graph(wurtzite(), model.config.neighbour_rule)
    batch, trace = collate([graph], torch.float64), Trace()
    with torch.inference_mode():
        return model, batch, model(batch), model(batch, trace), trace


def test_a_pass_with_a_trace_is_the_same_pass():
    _, _, plain, output, trace = traced()
    assert torch.equal(plain.values, output.values)
    for layers, reported in (
        (trace.atomistic, output.atomistic),
        (trace.line, output.line),
    ):
        assert len(layers) == 2
        for layer, attention in zip(layers, reported, strict=True):
            assert torch.equal(layer.cross.attention, attention.cross)
            assert torch.equal(layer.conditional.attention, attention.conditional)


def test_it_begins_with_the_embeddings_and_ends_with_the_last_features():
    model, batch, _, output, trace = traced()
    with torch.inference_mode():
        assert torch.equal(trace.atoms, model.atom_embedding(batch.atomic_numbers))
        assert torch.equal(trace.bonds, model.bond_embedding(batch.lengths))
        assert torch.equal(trace.angles, model.angle_embedding(batch.cosines))
    assert torch.equal(trace.atomistic[0].cross.nodes, trace.atoms)
    assert torch.equal(trace.line[0].cross.nodes, trace.bonds)
    assert torch.equal(trace.line[0].cross.edges, trace.angles)
    assert torch.equal(trace.atomistic[-1].nodes, output.atoms)


@pytest.mark.parametrize("off", ["cross", "conditional"])
def test_a_module_that_was_ablated_leaves_no_trace(off):
    *_, trace = traced(**{off: False})
    for layer in (*trace.atomistic, *trace.line):
        assert (layer.cross is None) == (off == "cross")
        assert (layer.conditional is None) == (off == "conditional")


def test_without_a_line_graph_there_are_no_angles():
    *_, trace = traced(line_graph=False)
    assert trace.angles is None
    assert trace.line == []
    assert len(trace.atomistic) == 2

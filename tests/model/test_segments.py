"""Without gradients the same numbers come from segments and overwritten temporaries."""

import pytest
import torch

from crysformer.graph.batch import collate
from crysformer.graph.crystal import build_graph
from crysformer.model.config import get_preset
from crysformer.model.fused import (
    joint_product,
    sum_of_edge_values,
    sum_of_neighbour_values,
)
from crysformer.model.segments import (
    Edges,
    Segments,
    edge_softmax,
    scores_per_head,
    sum_over_edges,
)
from crysformer.model.trace import Trace
from tests.support.crystals import TEXTBOOK, random_model

DTYPES = pytest.mark.parametrize(
    ("dtype", "tolerance"),
    [(torch.float64, 1e-12), (torch.float32, 1e-5)],
    ids=["double", "single"],
)


def edges_of(centre: torch.Tensor, num_nodes: int, dtype: torch.dtype) -> Edges:
    multiplicity = torch.randint(1, 7, centre.shape).to(dtype)
    return Edges(
        torch.randint(num_nodes, centre.shape), centre, multiplicity.log(), num_nodes
    )


@DTYPES
@pytest.mark.parametrize("sizes", [[1, 3, 0, 2, 0], [0, 0], [4]])
@pytest.mark.parametrize("scale", [1.0, 1e3])
def test_both_ways_agree(sizes, scale, dtype, tolerance):
    """Centres without edges at the start, middle and end; logits beyond exp's range."""
    torch.manual_seed(2)
    num_nodes, heads, width = len(sizes), 2, 6
    centre = torch.repeat_interleave(torch.arange(num_nodes), torch.tensor(sizes))
    edges = edges_of(centre, num_nodes, dtype)
    values = torch.randn(len(centre), width, dtype=dtype)
    logits = scale * torch.randn(len(centre), heads, dtype=dtype)
    nodes = torch.randn(num_nodes, width, dtype=dtype)
    linear = torch.nn.Linear(width, width, dtype=dtype).requires_grad_(False)

    def results(edges: Edges) -> list[torch.Tensor]:
        weights = edge_softmax(logits, edges)
        return [
            weights,
            sum_over_edges(values, edges),
            scores_per_head(values, heads),
            sum_of_edge_values(linear, weights, values, edges),
            sum_of_neighbour_values(weights, nodes, edges),
            joint_product(nodes.clone(), 2.0 * nodes, linear, 3.0 * values, edges),
        ]

    index = torch.stack([edges.neighbour, centre])
    assert Segments.of(index, num_nodes, heads) is None  # Gradients are enabled here.
    expected = results(edges)
    with torch.inference_mode():
        segments = Segments.of(index, num_nodes, heads)
        found = results(edges._replace(segments=segments))
    for one, other in zip(found, expected, strict=True):
        torch.testing.assert_close(one, other, rtol=tolerance, atol=tolerance)


@DTYPES
@pytest.mark.parametrize("preset", ["shipped", "paper"])
def test_the_network_answers_alike_with_and_without_gradients(preset, dtype, tolerance):
    model = random_model(get_preset(preset), dtype=dtype)
    rule = model.config.neighbour_rule
    batch = collate([build_graph(make(), rule) for make in TEXTBOOK.values()], dtype)
    traces = Trace(), Trace()
    expected = model(batch, traces[0])
    with torch.inference_mode():
        found = model(batch, traces[1])
    assert torch.is_grad_enabled()
    pairs = [(found.values, expected.values), (found.atoms, expected.atoms)]
    for name in ("atomistic", "line"):
        layers = zip(getattr(found, name), getattr(expected, name), strict=True)
        pairs += [pair for layer in layers for pair in zip(*layer, strict=True)]
        for one, other in zip(*(getattr(t, name) for t in traces), strict=True):
            pairs += [(one.nodes, other.nodes), (one.edges, other.edges)]
            modules = zip(one[:2], other[:2], strict=True)
            pairs += [pair for both in modules for pair in zip(*both, strict=True)]
    for one, other in pairs:
        torch.testing.assert_close(one, other.detach(), rtol=0, atol=20 * tolerance)

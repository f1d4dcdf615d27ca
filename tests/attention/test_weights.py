"""The weights that forward returns are those it used, and it keeps nothing."""

import pytest
import torch

from crysformer.graph.batch import collate
from crysformer.graph.crystal import build_graph
from crysformer.model import layers
from crysformer.model.config import get_preset
from crysformer.model.layers import sum_over_edges, weigh
from crysformer.model.network import Crysformer
from tests.support.crystals import TEXTBOOK, random_model

MODULES = ("cross", "conditional")


@pytest.fixture(scope="module")
def model() -> Crysformer:
    return random_model(get_preset("shipped", envelope=True))


def test_forward_leaves_nothing_behind(model):
    graph = build_graph(TEXTBOOK["perovskite"](), model.config.neighbour_rule)
    batch = collate([graph], torch.float64)
    state = {key: value.clone() for key, value in model.state_dict().items()}
    attributes = [set(vars(module)) for module in model.modules()]

    first, second = model(batch), model(batch)

    assert [set(vars(module)) for module in model.modules()] == attributes
    for module in model.modules():
        kept = {k: v for k, v in vars(module).items() if not k.startswith("_")}
        assert not any(isinstance(value, torch.Tensor | list) for value in kept.values())
    assert all(torch.equal(state[k], v) for k, v in model.state_dict().items())
    assert torch.equal(first.values, second.values)
    for one, other in zip(
        first.atomistic + first.line, second.atomistic + second.line, strict=True
    ):
        assert torch.equal(one.cross, other.cross)
        assert torch.equal(one.conditional, other.conditional)


def record(module: torch.nn.Module, calls: list) -> None:
    module.register_forward_hook(lambda _, given, output: calls.append((given, output)))


def test_reported_weights_are_those_used():
    """Both modules' output, by hand from the weights that forward returns."""
    model = random_model(get_preset("shipped"))
    calls: dict[tuple[str, str], list] = {}
    for graph_name in ("atom_layers", "line_layers"):
        for module in MODULES:
            calls[graph_name, module] = []
            for layer in getattr(model, graph_name):
                record(getattr(layer, module), calls[graph_name, module])
    rule = model.config.neighbour_rule
    graphs = [build_graph(TEXTBOOK[name](), rule) for name in ("wurtzite", "triclinic")]
    with torch.inference_mode():
        output = model(collate(graphs, torch.float64))
        for graph_name, reported in (
            ("atom_layers", output.atomistic),
            ("line_layers", output.line),
        ):
            for block, layer in enumerate(getattr(model, graph_name)):
                (nodes, edge, edges), found = calls[graph_name, "cross"][block]
                message = weigh(reported[block].cross, layer.cross.value(edge))
                total = sum_over_edges(message, edges.centre, edges.num_nodes)
                wanted = layer.cross.norm(nodes + layer.cross.output(total))
                torch.testing.assert_close(found[0], wanted, rtol=0, atol=1e-12)

                (nodes, _, edges), found = calls[graph_name, "conditional"][block]
                value = layer.conditional.value(nodes)[edges.neighbour]
                message = weigh(reported[block].conditional, value)
                total = sum_over_edges(message, edges.centre, edges.num_nodes)
                wanted = layer.conditional.norm(nodes + layer.conditional.output(total))
                torch.testing.assert_close(found[0], wanted, rtol=0, atol=1e-12)


def test_other_weights_would_be_reported_and_change_the_prediction(model, monkeypatch):
    """With uniform attention in place of the softmax, both outputs follow."""
    batch = collate(
        [build_graph(TEXTBOOK["triclinic"](), model.config.neighbour_rule)], torch.float64
    )
    with torch.inference_mode():
        before = model(batch)

        def uniform(logits: torch.Tensor, edges: layers.Edges) -> torch.Tensor:
            ones = torch.ones_like(logits)
            count = sum_over_edges(ones, edges.centre, edges.num_nodes)
            return ones / count[edges.centre]

        monkeypatch.setattr(layers, "edge_softmax", uniform)
        after = model(batch)
    centre = batch.edge_index[1]
    expected = 1.0 / torch.bincount(centre)[centre].double()
    for layer, old in zip(after.atomistic, before.atomistic, strict=True):
        assert (layer.cross == expected[:, None]).all()
        assert (old.cross - layer.cross).abs().max() > 0.1
    assert (after.values - before.values).abs().max() > 1e-3

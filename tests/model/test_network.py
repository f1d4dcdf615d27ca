"""The whole network: ablations, parameters, heads, and the attention that it reports."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from pymatgen.core import Lattice, Structure

from crysformer.errors import SettingsError
from crysformer.graph.batch import collate
from crysformer.graph.crystal import build_graph
from crysformer.model.config import get_preset
from crysformer.model.network import Crysformer, GaussianBasis
from crysformer.model.segments import sum_by, sum_over_edges, weigh
from tests.support.crystals import TEXTBOOK, predict, random_model, wurtzite

MODULES = ("cross", "conditional")
CONFIG = get_preset("shipped", blocks=2, atom_width=16, bond_width=16, angle_width=8)


def test_without_either_attention_only_the_composition_counts():
    """NaCl in the structures of rock salt and of CsCl: the same to such a network."""
    other = Structure(Lattice.cubic(3.4), ["Na", "Cl"], [[0, 0, 0], [0.5, 0.5, 0.5]])
    for off, same in ((("cross", "conditional"), True), (("cross",), False)):
        config = get_preset("shipped", **dict.fromkeys(off, False))
        model = random_model(config)
        one, two = (
            predict(model, build_graph(structure, config.neighbour_rule))
            for structure in (TEXTBOOK["rock_salt"](), other)
        )
        assert (np.abs(one - two).max() < 1e-12) == same


@pytest.mark.parametrize("line_graph", [True, False])
def test_without_the_line_graph_angles_do_not_count(line_graph):
    config = get_preset("shipped", line_graph=line_graph)
    model = random_model(config)
    batch = collate(
        [build_graph(TEXTBOOK["triclinic"](), config.neighbour_rule)], torch.float64
    )
    with torch.inference_mode():
        output = model(batch)
        batch.cosines.mul_(0.5)
        bent = model(batch)
    names = [name for name, _ in model.named_parameters()]
    assert any(name.startswith(("line_", "angle_")) for name in names) == line_graph
    assert len(output.line) == (config.blocks if line_graph else 0)
    assert torch.equal(output.values, bent.values) != line_graph


@pytest.mark.parametrize("off", [(), ("cross",), ("conditional",), ("condition_edges",)])
@pytest.mark.parametrize("line_graph", [True, False])
def test_every_parameter_learns(off, line_graph):
    """None is without a gradient: several ranks could not average it."""
    switches = dict.fromkeys(off, False)
    model = random_model(get_preset("shipped", line_graph=line_graph, **switches))
    rule = model.config.neighbour_rule
    graphs = [build_graph(TEXTBOOK[name](), rule) for name in ("wurtzite", "triclinic")]
    model(collate(graphs, torch.float64)).values.square().sum().backward()
    for name, parameter in model.named_parameters():
        assert parameter.grad is not None, name
        assert parameter.grad.isfinite().all(), name
        # A bias of all keys shifts all logits of a centre alike.
        if not name.endswith("cross.key.bias"):
            assert parameter.grad.abs().max() > 1e-12, name


@pytest.mark.parametrize(
    ("preset", "properties", "parameters"),
    [("paper", 1, 2_260_225), ("shipped", 20, 1_696_692)],
)
def test_numbers_of_parameters_are_pinned(preset, properties, parameters):
    model = Crysformer(get_preset(preset), properties)
    assert sum(p.numel() for p in model.parameters()) == parameters
    assert all(p.requires_grad for p in model.parameters())


def test_gaussians_are_one_spacing_wide():
    basis = GaussianBasis(0.0, 8.0, 64, 16)
    rows = basis.expand(basis.centres[[0, 10]])
    assert rows.shape == (2, 64)
    assert basis.centres[[0, -1]].tolist() == [0.0, 8.0]
    falls = torch.exp(-torch.tensor([4.0, 1.0, 0.0, 1.0, 4.0]))
    torch.testing.assert_close(rows[1, 8:13], falls)
    torch.testing.assert_close(rows[0, :3], falls[2:])


def test_properties_have_heads_of_their_own():
    model = random_model(get_preset("shipped"), 3)
    graph = build_graph(TEXTBOOK["hcp"](), model.config.neighbour_rule)
    before = predict(model, graph)
    width = model.config.head_width
    with torch.no_grad():
        # Not by adding a constant: features of a LayerNorm sum to zero.
        model.heads.hidden.weight[width : 2 * width] *= 1.5
    changed = predict(model, graph) != before
    assert changed.tolist() == [[False, True, False]]


def test_unusable_settings_are_refused():
    with pytest.raises(SettingsError, match="bond_widht"):
        get_preset("shipped", bond_widht=3)
    with pytest.raises(SettingsError, match=r"'large'.*paper.*shipped"):
        get_preset("large")
    with pytest.raises(SettingsError, match="angle_width 30 is not divisible by 4"):
        get_preset("shipped", angle_width=30)


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
                total = sum_over_edges(message, edges)
                wanted = layer.cross.norm(nodes + layer.cross.output(total))
                torch.testing.assert_close(found[0], wanted, rtol=0, atol=1e-12)

                (nodes, _, edges), found = calls[graph_name, "conditional"][block]
                value = layer.conditional.value(nodes)[edges.neighbour]
                message = weigh(reported[block].conditional, value)
                total = sum_over_edges(message, edges)
                wanted = layer.conditional.norm(nodes + layer.conditional.output(total))
                torch.testing.assert_close(found[0], wanted, rtol=0, atol=1e-12)


def test_without_queries_attention_is_even_and_the_prediction_another():
    """All scores are then zero: the twelve nearest share alike, the others fade."""
    model, batch = random_model(CONFIG), batch_of_wurtzite()
    with torch.no_grad():
        before = model(batch)
        for name, parameter in model.named_parameters():
            if ".query." in name:
                parameter.zero_()
        after = model(batch)
    centre, share = batch.edge_index[1], batch.log_bond_multiplicity.exp()
    even = share / sum_by(share[:, None], centre, 2)[centre, 0]
    for layer, old in zip(after.atomistic, before.atomistic, strict=True):
        for module in MODULES:
            found = getattr(layer, module)
            torch.testing.assert_close(found, even[:, None].expand_as(found))
            assert (getattr(old, module) - found).abs().max() > 0.01
    assert (after.values - before.values).abs().max() > 1e-3


def batch_of_wurtzite():
    graph = build_graph(wurtzite(), CONFIG.neighbour_rule)
    return collate([graph], torch.float64)


def test_a_factor_of_one_changes_nothing():
    model, batch = random_model(CONFIG), batch_of_wurtzite()
    ones = replace(
        batch,
        bond_factor=torch.ones_like(batch.lengths),
        angle_factor=torch.ones_like(batch.cosines),
    )
    assert torch.equal(model(batch).values, model(ones).values)


def test_a_factor_takes_weight_away_and_leaves_the_others_alone():
    model, batch = random_model(CONFIG), batch_of_wurtzite()
    factor = torch.ones_like(batch.lengths)
    factor[1] = 0.0
    whole, cut = model(batch), model(replace(batch, bond_factor=factor))
    first, kept = cut.atomistic[0].cross, whole.atomistic[0].cross
    assert (first[1] == 0).all()
    others = torch.arange(len(factor)) != 1
    assert torch.equal(first[others], kept[others])
    assert not torch.allclose(whole.values, cut.values)


def test_angles_have_a_factor_of_their_own():
    model, batch = random_model(CONFIG), batch_of_wurtzite()
    factor = torch.ones_like(batch.cosines)
    factor[0] = 0.0
    whole, cut = model(batch), model(replace(batch, angle_factor=factor))
    assert (cut.line[0].conditional[0] == 0).all()
    assert torch.equal(cut.line[0].cross[1:], whole.line[0].cross[1:])
    assert not torch.allclose(whole.values, cut.values)

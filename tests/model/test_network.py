"""The whole network: ablations, parameters, basis functions and heads."""

import numpy as np
import pytest
import torch
from pymatgen.core import Lattice, Structure

from crysformer.errors import SettingsError
from crysformer.graph.batch import collate
from crysformer.graph.crystal import build_graph
from crysformer.model.config import get_preset
from crysformer.model.network import Crysformer, GaussianBasis
from tests.support.crystals import TEXTBOOK, predict, random_model


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
        model.heads.hidden.weight[width : 2 * width] += 0.1
    changed = predict(model, graph) != before
    assert changed.tolist() == [[False, True, False]]


def test_unusable_settings_are_refused():
    with pytest.raises(SettingsError, match="bond_widht"):
        get_preset("shipped", bond_widht=3)
    with pytest.raises(SettingsError, match=r"'large'.*paper.*shipped"):
        get_preset("large")
    with pytest.raises(SettingsError, match="angle_width 30 is not divisible by 4"):
        get_preset("shipped", angle_width=30)

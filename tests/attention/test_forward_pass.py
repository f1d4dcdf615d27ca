"""One pass over one crystal: its outputs and all of its attention."""

import numpy as np
import pytest
import torch

from crysformer.attention.forward_pass import ForwardPass
from crysformer.attention.statistics import sum_at_centres
from crysformer.errors import SettingsError
from crysformer.graph.batch import collate
from crysformer.graph.crystal import CrystalGraph
from crysformer.model.config import get_preset
from tests.support.attention import look_at
from tests.support.crystals import predict, random_model, rock_salt, wurtzite

CONFIG = get_preset("shipped", blocks=2, atom_width=16, bond_width=16, angle_width=8)


@pytest.fixture(scope="module")
def model():
    return random_model(CONFIG)


def test_outputs_are_those_of_the_network(model):
    seen = look_at(model, wurtzite())
    assert seen.outputs == pytest.approx(predict(model, seen.graph.arrays)[0])
    assert seen.outputs.dtype == np.float64
    assert seen.atom_features.shape == (2, CONFIG.atom_width)


def test_every_orbit_of_rock_salt_has_its_weights_in_every_block_and_head(model):
    # Two bonds at each of two atoms: to its 6 and to its 12 neighbours.
    seen = look_at(model, rock_salt())
    shape = (4, CONFIG.blocks, CONFIG.num_heads)
    assert seen.atomistic.cross.shape == seen.atomistic.conditional.shape == shape
    bonds, pairs = seen.bond_attention, seen.pair_attention
    assert (len(bonds), len(pairs)) == (8 * 18, 8 * 18 * 17)
    for module in ("cross", "conditional"):
        assert sum_at_centres(getattr(bonds, module), bonds.bonds.i) == pytest.approx(1.0)
        of_bond = sum_at_centres(getattr(pairs, module), pairs.pairs.bond)
        assert of_bond == pytest.approx(1.0)


def test_attention_is_of_the_same_crystal_and_worked_out_once(model):
    seen = look_at(model, wurtzite())
    assert seen.bond_attention is seen.bond_attention
    assert seen.bond_attention.graph is seen.pair_attention.graph is seen.graph


def test_what_a_network_returned_is_kept_as_it_is(model):
    graph = CrystalGraph.of(wurtzite(), CONFIG.neighbour_rule)
    with torch.inference_mode():
        output = model(collate([graph.arrays], torch.float64))
    kept, run = ForwardPass.from_output(graph, output), ForwardPass.of(model, graph)
    assert np.array_equal(kept.outputs, run.outputs)
    assert np.array_equal(kept.line.conditional, run.line.conditional)


def test_without_a_line_graph_bonds_attend_to_no_bonds():
    config = get_preset("shipped", blocks=1, line_graph=False)
    seen = look_at(random_model(config), rock_salt())
    assert seen.line is None
    with pytest.raises(SettingsError, match="trained without a line graph"):
        _ = seen.pair_attention

"""Step by step and by hand, the network gives what it gives in one go."""

import numpy as np
import pytest
import torch

from crysformer.errors import WeightsError
from crysformer.graph.batch import collate
from crysformer.graph.crystal import CrystalGraph
from crysformer.lesson.by_hand import (
    conditional_by_hand,
    cross_by_hand,
    layer_norm,
    softmax,
)
from crysformer.lesson.neighbourhood import neighbourhood_of
from crysformer.lesson.walkthrough import (
    attention_by_block,
    conditional_at,
    copy_on_cpu,
    cross_at,
    matrices,
    walk,
)
from crysformer.library.catalogue import load_library
from crysformer.model.bundled import read_architecture
from crysformer.model.checkpoint import load_checkpoint
from crysformer.model.config import DEFAULT_MODEL, get_preset
from tests.support.crystals import TEXTBOOK, graph_of, random_model

# What the lesson promises; LayerNorm's results are of order one.
TOLERANCE = {torch.float64: 1e-6, torch.float32: 1e-5}
SMALL = {"blocks": 2, "atom_width": 16, "bond_width": 16, "angle_width": 8}


@pytest.fixture(scope="module")
def shipped():
    """The shipped network in both precisions."""
    model = load_checkpoint(DEFAULT_MODEL).model
    return {dtype: copy_on_cpu(model, dtype) for dtype in TOLERANCE}


@pytest.fixture(params=sorted(TEXTBOOK))
def crystal(request):
    return TEXTBOOK[request.param]()


@pytest.mark.parametrize("full", [False, True], ids=["quotient", "full"])
def test_the_steps_end_where_the_forward_pass_ends(crystal, full):
    model = random_model(get_preset("shipped", **SMALL))
    _, _, graph = graph_of(crystal, model.config.neighbour_rule, full=full)
    steps = walk(model, graph, keep_line=True)
    with torch.inference_mode():
        output = model(collate([graph], torch.float64))
    np.testing.assert_allclose(steps.outputs, output.values[0], rtol=0, atol=1e-12)
    np.testing.assert_allclose(
        steps.representation, output.representation[0], rtol=0, atol=1e-12
    )
    for layers, seen in ((steps.atomistic, output.atomistic), (steps.line, output.line)):
        for layer, attention in zip(layers, seen, strict=True):
            assert np.array_equal(layer.cross.attention, attention.cross)
            assert np.array_equal(layer.conditional.attention, attention.conditional)


def test_each_step_starts_where_the_last_one_ended():
    model = random_model(get_preset("shipped", **SMALL))
    _, _, graph = graph_of(TEXTBOOK["perovskite"](), model.config.neighbour_rule)
    steps = walk(model, graph, keep_line=True)
    bonds = steps.bonds
    for line, atomistic in zip(steps.line, steps.atomistic, strict=True):
        assert np.array_equal(line.cross.nodes, bonds)
        assert np.array_equal(line.nodes, atomistic.cross.edges)
        assert np.array_equal(atomistic.cross.new_nodes, atomistic.conditional.nodes)
        bonds = atomistic.edges


@pytest.mark.parametrize("dtype", TOLERANCE, ids=["double", "single"])
def test_by_hand_and_by_the_shipped_network_agree(shipped, crystal, dtype):
    model = shipped[dtype]
    graph = CrystalGraph.of(crystal, model.config.neighbour_rule)
    _, _, arrays = graph_of(crystal, model.config.neighbour_rule)
    steps = walk(model, arrays)
    for site in graph.different_atoms:
        around = neighbourhood_of(graph, site)
        for block in range(model.config.blocks):
            for at in (cross_at, conditional_at):
                step = at(model, steps, graph.quotient, around, block)
                assert step.difference < TOLERANCE[dtype]
                assert step.by_hand.attention.dtype == step.attention.dtype
                assert step.by_hand.attention.sum(axis=0) == pytest.approx(1.0, abs=1e-5)
                # Each single bond is counted: the weights of the model add up as well.
                assert step.attention.sum(axis=0) == pytest.approx(1.0, abs=1e-5)


def test_every_symbol_is_a_tensor_of_the_network(shipped):
    """Queries, keys, gates and values, not the results alone."""
    model = shipped[torch.float64]
    crystal = TEXTBOOK["wurtzite"]()
    graph = CrystalGraph.of(crystal, model.config.neighbour_rule)
    _, _, arrays = graph_of(crystal, model.config.neighbour_rule)
    steps, around = walk(model, arrays), neighbourhood_of(graph, 0)
    heads, block = model.config.num_heads, 1
    ends = graph.quotient.edge_index[0, around.orbit]

    def same(by_hand, layer, rows, tanh=False):
        with torch.inference_mode():
            expected = layer(torch.from_numpy(rows.copy()))
        expected = expected.tanh() if tanh else expected
        shape = (*rows.shape[:-1], heads, -1)
        np.testing.assert_allclose(by_hand, expected.reshape(shape), rtol=0, atol=1e-10)

    seen, module = steps.atomistic[block].cross, model.atom_layers[block].cross
    hand = cross_at(model, steps, graph.quotient, around, block).by_hand
    same(hand.query, module.query, seen.nodes[around.atom])
    same(hand.key, module.key, seen.edges[around.orbit])
    same(hand.value, module.value, seen.edges[around.orbit])

    seen = steps.atomistic[block].conditional
    module = model.atom_layers[block].conditional
    hand = conditional_at(model, steps, graph.quotient, around, block).by_hand
    same(hand.query, module.query, seen.nodes[around.atom])
    same(hand.key, module.key, seen.nodes[ends])
    same(hand.gate, module.condition, seen.edges[around.orbit], tanh=True)
    same(hand.value, module.value, seen.nodes[ends])


@pytest.mark.parametrize("graph_name", ["atomistic", "line"])
def test_by_hand_also_on_the_full_graph_and_the_line_graph(graph_name):
    """Every node of the full graphs, whose rows are single bonds and angles."""
    model = random_model(get_preset("shipped", **SMALL))
    _, quotient, graph = graph_of(
        TEXTBOOK["wurtzite"](), model.config.neighbour_rule, full=True
    )
    steps = walk(model, graph, keep_line=True)
    line = graph_name == "line"
    layers = model.line_layers if line else model.atom_layers
    index = graph.line_index if line else graph.edge_index
    envelope = quotient.angle_weight if line else quotient.bond_weight
    for layer, seen in zip(layers, getattr(steps, graph_name), strict=True):
        for node in range(0, index[1].max() + 1, 5):
            rows = np.flatnonzero(index[1] == node)
            cross, given = matrices(layer.cross), seen.cross
            hand = cross_by_hand(
                cross, given.nodes[node], given.edges[rows], envelope[rows], 4
            )
            np.testing.assert_allclose(hand.attention, given.attention[rows], atol=1e-12)
            np.testing.assert_allclose(hand.result, given.new_nodes[node], atol=1e-12)
            conditional, given = matrices(layer.conditional), seen.conditional
            hand = conditional_by_hand(
                conditional,
                given.nodes[node],
                given.nodes[index[0, rows]],
                given.edges[rows],
                envelope[rows],
                4,
            )
            np.testing.assert_allclose(hand.attention, given.attention[rows], atol=1e-12)
            np.testing.assert_allclose(hand.result, given.new_nodes[node], atol=1e-12)
            if hand.edges is not None:
                np.testing.assert_allclose(hand.edges, given.new_edges[rows], atol=1e-12)


def test_a_wrong_matrix_is_noticed():
    """The comparison can fail: the check that students see is not a decoration."""
    model = random_model(get_preset("shipped", **SMALL))
    crystal = TEXTBOOK["rock_salt"]()
    graph = CrystalGraph.of(crystal, model.config.neighbour_rule)
    _, _, arrays = graph_of(crystal, model.config.neighbour_rule)
    steps = walk(model, arrays)
    with torch.no_grad():
        model.atom_layers[0].cross.key.weight[0, 0] += 0.1
    step = cross_at(model, steps, graph.quotient, neighbourhood_of(graph, 0))
    assert step.difference > 1e-5


def test_softmax_by_hand_has_known_answers():
    one, two = softmax(np.array([[0.0], [0.0]]), np.array([1.0, 1.0]))[:, 0]
    assert (one, two) == (0.5, 0.5)
    # An envelope of one half counts like half a bond, and large scores do not overflow.
    faded = softmax(np.array([[900.0], [900.0]]), np.array([1.0, 0.5]))[:, 0]
    assert faded == pytest.approx([2 / 3, 1 / 3])
    third = softmax(np.log(np.array([[1.0], [2.0], [3.0]])), np.ones(3))[:, 0]
    assert third == pytest.approx([1 / 6, 2 / 6, 3 / 6])


def test_layer_norm_by_hand_has_known_answers():
    weights = {"norm.weight": np.array([1.0, 1.0]), "norm.bias": np.array([0.0, 5.0])}
    assert layer_norm(weights, "norm", np.array([3.0, 7.0])) == pytest.approx(
        [-1.0, 6.0], abs=1e-5
    )


def test_attention_by_block_is_the_mean_over_heads_of_single_bonds(shipped):
    model = shipped[torch.float64]
    crystal = TEXTBOOK["rock_salt"]()
    graph = CrystalGraph.of(crystal, model.config.neighbour_rule)
    _, _, arrays = graph_of(crystal, model.config.neighbour_rule)
    steps, around = walk(model, arrays), neighbourhood_of(graph, 0)
    weights = attention_by_block(steps, graph.quotient, around)
    assert weights.shape == (18, model.config.blocks)
    assert weights.sum(axis=0) == pytest.approx(1.0)
    last = cross_at(model, steps, graph.quotient, around, 3)
    np.testing.assert_allclose(weights[:, 3], last.attention.mean(axis=1), atol=1e-12)


def test_the_original_network_keeps_its_precision(shipped):
    single = shipped[torch.float32]
    copy_on_cpu(single, torch.float64)
    assert {parameter.dtype for parameter in single.parameters()} == {torch.float32}


def test_the_architecture_is_read_without_the_weights():
    assert read_architecture() == load_checkpoint(DEFAULT_MODEL).model.config
    with pytest.raises(WeightsError, match="no-such-model"):
        read_architecture("no-such-model")


@pytest.mark.slow
def test_every_crystal_of_the_library_can_be_followed():
    model = random_model(get_preset("shipped", **SMALL))
    for name, entry in load_library().items():
        crystal = entry.structure()
        graph = CrystalGraph.of(crystal, model.config.neighbour_rule)
        _, _, arrays = graph_of(crystal, model.config.neighbour_rule)
        steps = walk(model, arrays)
        for site in graph.different_atoms:
            around = neighbourhood_of(graph, site)
            for at in (cross_at, conditional_at):
                step = at(model, steps, graph.quotient, around, 1)
                assert step.difference < TOLERANCE[torch.float64], name

"""The one door to a model: what is prepared stays, and one pass answers everything."""

import numpy as np
import pytest
import torch
from pymatgen.core import Lattice, Structure

from crysformer.errors import SettingsError
from crysformer.faithfulness.contributions import site_contributions
from crysformer.graph.crystal import CrystalGraph
from crysformer.predict import predictor as predictor_module
from crysformer.predict.prediction import Prediction
from crysformer.predict.predictor import Predictor
from tests.support.crystals import bcc, rock_salt, wurtzite
from tests.support.random_model import ERROR, KEYS, random_checkpoint


@pytest.fixture
def predictor():
    return Predictor(random_checkpoint(), "cpu", torch.float64)


@pytest.fixture
def passes(predictor):
    """What the network returned, one entry for each of its forward passes."""
    outputs = []
    predictor.model.register_forward_hook(lambda *call: outputs.append(call[-1]))
    return outputs


def test_a_checkpoint_at_hand_needs_no_files(predictor):
    assert predictor.name == "random"
    assert predictor.validation_errors == dict.fromkeys(KEYS, ERROR)
    assert {"H", "Lr"} <= set(predictor.elements_seen)


def test_a_prepared_crystal_is_returned_as_it_is(predictor):
    graph = predictor.prepare(wurtzite())
    assert isinstance(graph, CrystalGraph)
    assert predictor.prepare(graph) is graph
    [one], [other] = predictor.predict([graph]), predictor.predict([wurtzite()])
    assert one.values == other.values
    assert one.space_group == 186


def test_one_pass_answers_every_question(predictor, passes):
    prediction, seen = predictor.answer(rock_salt())
    bonds, pairs = seen.bond_attention, seen.pair_attention
    checkpoint = predictor.checkpoint
    added = site_contributions(predictor.model, seen, checkpoint.scalings[0], 0)
    [output] = passes
    assert bonds.graph is pairs.graph is seen.graph
    assert seen.outputs == pytest.approx(output.values[0].numpy())
    assert prediction.values[KEYS[0]] == pytest.approx(seen.outputs[0] + 0.5)
    first = output.atomistic[0].cross.numpy()
    rows = bonds.bonds
    expected = first[rows.orbit] / rows.multiplicity[:, None]
    assert bonds.cross[:, 0] == pytest.approx(expected)
    assert len(pairs) == sum(rows.degree - 1)
    assert added.shape == (8,)
    assert len(np.unique(added.round(9))) == 2


def test_an_answer_is_what_single_questions_get(predictor):
    prediction, seen = predictor.answer(wurtzite())
    [alone] = predictor.predict([wurtzite()])
    assert prediction.values == alone.values
    bonds, pairs = (
        ask(wurtzite()) for ask in (predictor.bond_attention, predictor.pair_attention)
    )
    assert np.array_equal(bonds.cross, seen.bond_attention.cross)
    assert np.array_equal(pairs.conditional, seen.pair_attention.conditional)


def test_a_crystal_that_cannot_be_predicted_stops_no_other(predictor):
    lonely = Structure(Lattice.cubic(90), ["He"], [[0, 0, 0]])
    first, fault, last = predictor.predict_each([bcc(), lonely, wurtzite()])
    assert (first.formula, last.formula) == ("Fe", "ZnS")
    assert isinstance(first, Prediction)
    assert "too empty" in fault


def test_a_fault_nobody_thought_of_is_said_of_its_crystal_alone(predictor, caplog):
    def refuse(_, given):
        if 26 in given[0].atomic_numbers:
            raise FloatingPointError("boom")

    predictor.model.register_forward_pre_hook(refuse)
    fault, salt = predictor.predict_each([bcc(), rock_salt()])
    assert fault == "cannot be predicted (FloatingPointError)"
    assert salt.formula == "NaCl"
    assert "boom" in caplog.text


def test_a_model_without_a_line_graph_has_no_attention_between_bonds():
    predictor = Predictor(random_checkpoint(line_graph=False), "cpu")
    with pytest.raises(SettingsError, match="without a line graph"):
        predictor.pair_attention(bcc())


def test_a_large_crystal_says_how_long_it_takes(predictor, monkeypatch):
    """In proportion to its work and a little more; small ones say nothing."""
    monkeypatch.setattr(predictor_module, "seconds_per_work", lambda *_: 1e-4)
    noise = np.random.default_rng(1)
    cell = rock_salt().make_supercell([4, 4, 4], in_place=False)
    moves = noise.normal(0.0, 0.05, (len(cell), 3))
    moved = Structure(
        cell.lattice,
        cell.species,
        cell.cart_coords + moves,
        coords_are_cartesian=True,
    )
    assert predictor.expected_seconds(predictor.prepare(cell)) is None
    large = predictor.prepare(moved)
    bonds, angles = len(large.arrays.lengths), large.arrays.line_index.shape[1]
    expected = predictor.expected_seconds(large)
    work = angles + 10 * bonds
    assert expected == pytest.approx(1e-4 * work * (work / 20_000) ** 0.16)
    assert expected > 6.0

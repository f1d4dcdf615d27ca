"""The lesson's experiments with the shipped network."""

import numpy as np
import pytest
from pymatgen.core import Element

from crysformer.lesson import questions
from crysformer.lesson.experiments import (
    STRETCHES,
    changes,
    main_property,
    responses,
    similar_element,
    two_graphs,
)
from crysformer.predict.predictor import Predictor
from tests.support.lesson import LIBRARY, QUARTZ, SALT


@pytest.fixture(scope="module")
def predictor():
    return Predictor(device="cpu")


def test_only_another_element_changes_a_prediction(predictor):
    salt = SALT.structure()
    tried = changes(predictor, salt, predictor.predict([salt])[0])
    assert tried.turned == pytest.approx(tried.base, abs=1e-4)
    assert tried.doubled == pytest.approx(tried.base, abs=1e-4)
    assert abs(tried.replaced - tried.base) > 0.01
    asked = questions.change_question(
        tried.replacement,
        tried.base,
        tried.turned,
        tried.doubled,
        tried.replaced,
        main_property(predictor),
    )
    assert asked.answer == tried.replacement == "Replace Na by K"
    assert f"{tried.replaced:.3f} eV/atom" in asked.explanation


@pytest.mark.parametrize(
    ("symbol", "taken", "expected"),
    [
        ("Na", {"Na", "Cl"}, "K"),
        ("Si", {"Si"}, "Ge"),
        ("Na", {"Na", "K"}, "Li"),
        ("Fe", {"Fe"}, "Ru"),
    ],
)
def test_similar_elements_stand_in_one_group(symbol, taken, expected):
    known = [Element.from_Z(number).symbol for number in range(1, 93)]
    assert similar_element(symbol, taken, known) == expected


def test_every_crystal_gets_another_element_that_the_network_knows(predictor):
    known = predictor.elements_seen
    assert len(known) == 89
    assert not {"Po", "At", "Fr", "Ra"} & set(known)
    for crystal in LIBRARY.values():
        for symbol in crystal.elements:
            new = similar_element(symbol, set(crystal.elements), known)
            assert new in set(known) - set(crystal.elements)
    assert similar_element("Te", {"Te", "Bi"}, known) == "Se"


def test_the_response_starts_from_the_prediction(predictor):
    crystal = SALT.structure()
    curves = responses(predictor, predictor.prepare(crystal))
    prediction = predictor.predict([crystal])[0]
    middle = int(np.flatnonzero(STRETCHES == 0)[0])
    assert curves.keys() == prediction.shown.keys()
    for key, value in prediction.shown.items():
        assert curves[key][middle] == pytest.approx(value, rel=1e-4, abs=1e-4)
    assert np.ptp(curves["formation_energy_peratom"]) > 1e-3


@pytest.mark.parametrize("crystal", [SALT, QUARTZ], ids=["NaCl", "quartz"])
def test_both_graphs_give_one_prediction(predictor, crystal):
    graphs = two_graphs(predictor, predictor.prepare(crystal.structure()))
    assert graphs.quotient[0] <= graphs.full[0]
    assert graphs.quotient[1] < graphs.full[1]
    assert graphs.quotient[2] < graphs.full[2]
    assert graphs.from_full == pytest.approx(graphs.from_quotient, rel=0, abs=1e-12)
    single = predictor.predict([crystal.structure()])[0]
    assert graphs.from_full == pytest.approx(
        single.values["formation_energy_peratom"], abs=1e-4
    )


def test_counts_of_salt(predictor):
    graphs = two_graphs(predictor, predictor.prepare(SALT.structure()))
    # Two atoms of 18 bonds and 18 x 17 angles; two kinds of bonds at each atom.
    assert graphs.full == (2, 36, 612)
    assert graphs.quotient[:2] == (2, 4)

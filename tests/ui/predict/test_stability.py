"""How probable it is that a crystal is stable, on Predict, Compare and in Batch."""

import pytest

from crysformer.predict.predictor import Predictor
from crysformer.screening.output import STABILITY, table
from crysformer.screening.screen import screen
from tests.support.pages import SALT, app, block_tables, html

COMPARE = "pages/2_Compare.py"


@pytest.fixture(scope="module")
def salt():
    return Predictor(device="cpu").predict([SALT.structure()])[0]


def test_predict_shows_a_badge_with_the_probability(salt):
    test = app(crystal=SALT.id)
    assert f'<span class="verdict good">{salt.stability.sentence}</span>' in html(test)
    assert "on the hull" in html(test)


def test_predict_says_why_two_formation_energies_differ():
    assert "The two formation energies differ because" in html(app(crystal=SALT.id))


def test_a_model_that_does_not_know_the_hull_says_nothing():
    test = app(crystal=SALT.id, model="jarvis-dft-3d")
    assert not test.exception
    assert "on the hull" not in html(test)
    assert "two formation energies" not in html(test)


def test_compare_begins_with_stability(salt):
    test = app(COMPARE, compare=f"{SALT.id},diamond-si")
    rows = block_tables(test)[0]
    assert rows.loc[0, "Property"] == "Stability"
    assert salt.stability.sentence in rows.loc[0].tolist()


def test_tables_of_many_crystals_have_the_probabilities(salt):
    cif = SALT.structure().to(fmt="cif").encode()
    predictor = Predictor(device="cpu")
    rows = list(screen([("salt.cif", cif), ("bad.cif", b"data_x")], predictor))
    frame = table(rows, list(salt.shown))
    first, second = (frame.loc[row, list(STABILITY)] for row in (0, 1))
    assert first["stability"] == salt.stability.word
    expected = [salt.stability.within(distance) for distance in (0.0, 0.025, 0.1)]
    assert first.tolist()[1:] == pytest.approx(expected, abs=1e-4)
    assert second.isna().all()
    assert not set(STABILITY) & set(table(rows, ["optb88vdw_bandgap"]))

"""What an interval is worth for a crystal: from the card, by its band of novelty."""

import pytest

from crysformer.model.card import read_card
from crysformer.model.config import DEFAULT_MODEL
from crysformer.paths import weights_folder
from crysformer.predict.document import document
from crysformer.predict.predictor import Predictor
from crysformer.predict.reliability import Reliability, reliability
from crysformer.trust.bands import BANDS, BEYOND, TWINS, bands_of
from tests.support.crystals import TEXTBOOK

CARD = {"validation": {"coverage_by_novelty": {"0 to 50": {"coverage": 0.884, "n": 300}}}}


def test_the_sentence_counts_of_a_hundred():
    found = reliability(CARD, 0)
    assert "88 of 100 computed values" in found.sentence
    assert "this unusual" in found.sentence
    assert "extrapolated" not in found.sentence


def test_what_the_card_does_not_say_is_not_said():
    assert reliability(CARD, 1) is None
    assert reliability({"validation": {}}, 0) is None


def test_beyond_the_last_percentile_intervals_are_called_extrapolated():
    found = Reliability(BANDS[BEYOND], 0.85, 40)
    assert found.extrapolated
    assert "intervals are extrapolated" in found.sentence


def test_a_twin_is_told_of_twins():
    found = Reliability(BANDS[TWINS], 0.9, 40)
    assert "training crystals too" in found.sentence
    assert "unusual" not in found.sentence


@pytest.mark.parametrize("name", ["rock_salt", "diamond"])
def test_a_prediction_has_what_the_card_says_of_its_band(name):
    prediction = Predictor(DEFAULT_MODEL, "cpu").predict([TEXTBOOK[name]()])[0]
    [band] = bands_of([prediction.novelty])
    card = read_card(weights_folder() / DEFAULT_MODEL)
    noted = card["validation"]["coverage_by_novelty"][BANDS[band]]
    assert document(prediction, {}, {})["interval_coverage"] == {
        "novelty": BANDS[band],
        "coverage": noted["coverage"],
        "values": noted["n"],
        "extrapolated": False,
    }

"""Probabilities of being on the hull: shares that are known, order, what is stored."""

import numpy as np
import pytest

from crysformer.trust.stability import (
    DISTANCES,
    MIN_CRYSTALS,
    Stability,
    StabilityModel,
    fit_stability,
)


def crystals(count=4000, seed=0):
    """Predictions, and targets that are on the hull with a known probability."""
    random = np.random.default_rng(seed)
    predictions = random.uniform(0.0, 0.2, count)
    stable = random.random(count) < np.clip(1.0 - predictions / 0.1, 0.0, 1.0)
    return predictions, np.where(stable, 0.0, predictions + 1e-6)


def test_probabilities_are_the_shares_that_were_drawn():
    model = fit_stability(*crystals())
    asked = np.array([0.02, 0.05, 0.08, 0.15])
    found = np.array([each.probabilities for each in model.judge(asked)])
    assert found[:, 0] == pytest.approx([0.8, 0.5, 0.2, 0.0], abs=0.08)
    # Who is not on the hull is as far away as predicted: within 100 meV up to there.
    assert found[:, 3] == pytest.approx([1.0, 1.0, 1.0, 0.0], abs=0.02)


def test_probabilities_fall_with_the_prediction_and_grow_with_the_distance():
    random = np.random.default_rng(1)
    targets = np.abs(random.normal(0.0, 0.05, 900))
    model = fit_stability(np.abs(targets + random.normal(0.0, 0.05, 900)), targets)
    table = np.array([s.probabilities for s in model.judge(np.linspace(-0.1, 0.5, 200))])
    assert (np.diff(table, axis=0) <= 1e-12).all()
    assert (np.diff(table, axis=1) >= -1e-12).all()
    assert ((table > 0.0) & (table < 1.0)).all()


def test_equal_predictions_share_one_probability():
    predictions = np.repeat([0.0, 0.1], 500)
    targets = np.where(np.arange(1000) % 500 < 300, 0.0, 0.2)
    model = fit_stability(predictions, targets)
    assert model.judge(np.array([0.0]))[0].probabilities[0] == pytest.approx(
        0.6, abs=1e-3
    )
    # The two groups are equally stable: one block of 1000.
    assert len(model.predictions) == 2


def test_knots_that_are_left_out_were_not_needed():
    predictions, targets = crystals()
    model = fit_stability(predictions, targets)
    assert len(model.predictions) < 400
    again = fit_stability(predictions[::-1], targets[::-1])
    asked = np.linspace(0.0, 0.2, 500)
    assert model.judge(asked) == again.judge(asked)


@pytest.mark.parametrize(
    ("probabilities", "word", "probability"),
    [
        ((0.8, 0.9, 0.95, 0.99), "Likely stable", 0.8),
        ((0.3, 0.6, 0.8, 0.9), "Likely within 25 meV/atom of the hull", 0.6),
        ((0.1, 0.2, 0.5, 0.9), "Likely within 50 meV/atom of the hull", 0.5),
        ((0.0, 0.1, 0.2, 0.7), "Likely within 100 meV/atom of the hull", 0.7),
        ((0.0, 0.0, 0.1, 0.2), "Likely unstable", 0.8),
    ],
)
def test_words_say_the_strongest_thing_that_is_likely(probabilities, word, probability):
    found = Stability(probabilities)
    assert (found.word, found.probability) == (word, pytest.approx(probability))
    assert found.sentence == f"{word} ({100 * probability:.0f} %)"
    told = found.to_dict()["probability_within_meV_per_atom"]
    assert list(told) == ["0", "25", "50", "100"]
    assert list(told.values()) == list(probabilities)


def test_too_few_crystals_calibrate_nothing():
    predictions, targets = crystals(MIN_CRYSTALS + 5)
    targets[:6] = np.nan
    assert fit_stability(predictions, targets) is None
    targets[0] = 0.0
    assert fit_stability(predictions, targets) is not None


def test_what_is_stored_judges_alike_and_damage_is_refused():
    model = fit_stability(*crystals())
    arrays = model.arrays()
    asked = np.linspace(0.0, 0.3, 50)
    assert StabilityModel.of(arrays).judge(asked) == model.judge(asked)
    arrays["probabilities"] = arrays["probabilities"][: len(DISTANCES) - 1]
    with pytest.raises(ValueError, match="knots"):
        StabilityModel.of(arrays)

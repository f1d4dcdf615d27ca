"""Quantiles by group: crepes as an oracle, and what small groups get from others."""

import numpy as np
import pytest
from crepes import ConformalRegressor

from crysformer.trust.bands import BANDS, BEYOND, TWINS
from crysformer.trust.quantiles import LEVEL, conformal_quantile, group_quantiles

WIDTHS = np.array([1.0, 2.0, 5.0, 9.0, 0.3])
"""Of the scores in each band."""


def scores_of(counts, width=3, seed=0):
    """Scores of some crystals in each band, their bands, and none a metal."""
    random = np.random.default_rng(seed)
    bands = np.repeat(np.arange(len(BANDS)), counts)
    scores = np.abs(random.normal(size=(len(bands), width))) * WIDTHS[bands, None]
    return scores, np.ones(scores.shape, dtype=bool), bands


def test_the_quantile_is_the_rank_of_conformal_prediction():
    """Of n scores the ceil(0.9 (n + 1))-th; with eight there is none."""
    assert LEVEL == 0.9
    assert conformal_quantile(np.arange(1.0, 10.0)) == 9.0
    assert conformal_quantile(np.arange(1.0, 100.0)) == 90.0
    assert conformal_quantile(np.arange(1.0, 101.0)) == 91.0
    assert np.isnan(conformal_quantile(np.arange(8.0)))
    with_gaps = np.array([np.nan, *np.arange(1.0, 100.0), np.nan])
    assert conformal_quantile(with_gaps) == 90.0


@pytest.mark.parametrize("count", [20, 80, 98, 100, 437])
def test_quantiles_are_those_of_crepes(count):
    """Not for 99 crystals: 0.1 times 100 is less than 10 for crepes, and we round."""
    scores = np.abs(np.random.default_rng(count).normal(size=count))
    oracle = ConformalRegressor()
    oracle.fit(residuals=scores)
    [[low, high]] = oracle.predict_int(y_hat=np.zeros(1), confidence=LEVEL)
    assert conformal_quantile(scores) == pytest.approx(high) == pytest.approx(-low)


def test_large_groups_are_mondrian_groups_of_crepes():
    scores, others, bands = scores_of([400, 350, 300, 60, 200])
    others[::3] = False
    found = group_quantiles(scores, others, bands)
    for column in range(3):
        # Beyond the 99th percentile metals and others are one group, as are few twins.
        group = 2 * bands + others[:, column] * (bands < BEYOND)
        oracle = ConformalRegressor()
        oracle.fit(residuals=scores[:, column], bins=group)
        for band in range(len(BANDS)):
            for metal in (0, 1):
                bins = np.array([2 * band + metal * (band < BEYOND)])
                ends = oracle.predict_int(np.zeros(1), bins=bins, confidence=LEVEL)
                expected = ends[0, 1]
                if band == BEYOND:  # Never below the band before it.
                    expected = max(expected, found[metal, BEYOND - 1, column])
                assert found[metal, band, column] == pytest.approx(expected)


def test_metals_and_others_are_one_group_where_either_are_few():
    scores, others, bands = scores_of([400, 0, 0, 0, 0])
    others[:149] = False
    metals, rest = group_quantiles(scores, others, bands)
    np.testing.assert_array_equal(metals, rest)
    others[:150] = False
    metals, rest = group_quantiles(scores, others, bands)
    assert (metals[0] != rest[0]).all()


def test_a_property_with_few_values_takes_the_bands_of_those_with_many():
    scores, others, bands = scores_of([2000, 1000, 500, 100, 100])
    expected = group_quantiles(scores, others, bands)
    few = np.random.default_rng(1).random(len(bands)) < 0.03
    few |= bands == 0  # The first band stays, by which the others are judged.
    scores[~few, 0] = np.nan
    scores[bands == BEYOND - 1, 0] = np.nan
    found = group_quantiles(scores, others, bands)
    everyone = conformal_quantile(scores[bands != TWINS, 0])
    ratios = [
        expected[1, :BEYOND, column] / conformal_quantile(scores[bands != TWINS, column])
        for column in (1, 2)
    ]
    rare = BEYOND - 1
    assert np.isfinite(found).all()
    usual = found[1, rare, 0] / everyone
    assert min(r[rare] for r in ratios) <= usual <= max(r[rare] for r in ratios)
    np.testing.assert_array_equal(found[..., 1:], expected[..., 1:])


def test_a_rare_band_goes_by_its_own_crystals_before_it_asks_other_properties():
    """Thirty crystals whose errors are far above those of the other properties."""
    scores, others, bands = scores_of([600, 400, 200, 30, 30])
    others[::2] = False
    rows = np.flatnonzero(bands == BEYOND - 1)
    scores[rows[30:], 0] = np.nan
    scores[rows[:30], 0] *= 20.0
    found = group_quantiles(scores, others, bands)
    assert (found[:, BEYOND - 1, 0] > 10.0 * found[:, BEYOND - 1, 1]).all()


def test_beyond_is_never_narrower_than_the_band_before():
    scores, others, bands = scores_of([400, 400, 200, 30, 30])
    scores[bands == BEYOND] *= 0.01
    found = group_quantiles(scores, others, bands)
    np.testing.assert_array_equal(found[:, BEYOND], found[:, BEYOND - 1])


def test_twins_touch_the_quantiles_of_no_other_crystal():
    scores, others, bands = scores_of([300, 200, 100, 30, 200])
    before = group_quantiles(scores, others, bands)
    scores[bands == TWINS] *= 1000.0
    after = group_quantiles(scores, others, bands)
    np.testing.assert_array_equal(before[:, :TWINS], after[:, :TWINS])
    np.testing.assert_allclose(after[:, TWINS], 1000.0 * before[:, TWINS])


def test_few_twins_have_the_intervals_of_the_others():
    scores, others, bands = scores_of([300, 200, 100, 30, 19])
    found = group_quantiles(scores, others, bands)
    for column in range(3):
        everyone = conformal_quantile(scores[bands != TWINS, column])
        assert (found[:, TWINS, column] == everyone).all()


def test_twenty_twins_have_a_quantile_of_their_own():
    scores, others, bands = scores_of([300, 200, 100, 30, 20])
    found = group_quantiles(scores, others, bands)
    for column in range(3):
        own = conformal_quantile(scores[bands == TWINS, column])
        assert (found[:, TWINS, column] == own).all()


def test_too_few_values_have_no_quantile():
    scores, others, bands = scores_of([300, 200, 100, 30, 100])
    scores[8:, 0] = np.nan
    found = group_quantiles(scores, others, bands)
    assert np.isnan(found[..., 0]).all()
    assert np.isfinite(found[..., 1:]).all()

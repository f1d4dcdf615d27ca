"""Conformal intervals: the guarantee, what they adapt to, and what they must not do."""

from dataclasses import replace

import numpy as np
import pytest

from crysformer.properties.metrics import interval_coverage
from crysformer.trust.intervals import (
    LEVEL,
    Intervals,
    _local_errors,
    conformal_quantile,
    first_half,
    fit_intervals,
)

ENERGY, GAP, MOMENT = "formation_energy_peratom", "optb88vdw_bandgap", "magmom_oszicar"
TAIL, MODULUS = "exfoliation_energy", "bulk_modulus_kv"
KEYS = (ENERGY, GAP, MOMENT, TAIL, MODULUS)
ONES = np.ones(5000)


def crystals(count, seed=0):
    """Errors that grow tenfold with the first feature; the last never changes."""
    random = np.random.default_rng(seed)
    representations = random.uniform(0.0, 1.0, (count, 3)) * [1.0, 1.0, 0.0]
    spread = 0.1 + representations[:, :1]
    predictions = random.uniform(5.0, 20.0, (count, len(KEYS)))
    targets = predictions + spread * random.normal(size=predictions.shape)
    return targets, predictions, representations


def fitted(count=1500, seed=0):
    targets, predictions, representations = crystals(count, seed)
    sizes = ONES[:count]
    return fit_intervals(KEYS, targets, predictions, representations, sizes, sizes)


@pytest.fixture(scope="module")
def intervals():
    return fitted()


def test_the_quantile_is_the_rank_of_conformal_prediction():
    """Of n scores the ceil(0.9 (n + 1))-th; with eight there is none."""
    assert LEVEL == 0.9
    assert conformal_quantile(np.arange(1.0, 10.0)) == 9.0
    assert conformal_quantile(np.arange(1.0, 100.0)) == 90.0
    assert conformal_quantile(np.arange(1.0, 101.0)) == 91.0
    assert np.isnan(conformal_quantile(np.arange(8.0)))
    with_gaps = np.array([np.nan, *np.arange(1.0, 100.0), np.nan])
    assert conformal_quantile(with_gaps) == 90.0


def test_new_crystals_are_covered_nine_times_in_ten(intervals):
    targets, predictions, representations = crystals(5000, seed=1)
    bounds = intervals.bounds(predictions, representations, ONES, ONES)
    for column in range(len(KEYS)):
        found = interval_coverage(targets[:, column], bounds[:, column])
        assert found.n == 5000
        # Three standard deviations of 1,500 calibrating and 5,000 checking crystals.
        assert found.coverage == pytest.approx(LEVEL, abs=0.027)


def test_hard_crystals_get_wider_intervals_and_are_covered_as_well(intervals):
    targets, predictions, representations = crystals(5000, seed=2)
    bounds = intervals.bounds(predictions, representations, ONES, ONES)[:, 0]
    easy, hard = representations[:, 0] < 0.2, representations[:, 0] > 0.8
    narrow = interval_coverage(targets[easy, 0], bounds[easy])
    wide = interval_coverage(targets[hard, 0], bounds[hard])
    assert wide.width > 2.0 * narrow.width
    assert abs(wide.coverage - narrow.coverage) < 0.1


def test_the_prediction_lies_inside_and_floors_hold(intervals):
    _, predictions, representations = crystals(300, seed=3)
    predictions[:100] = 0.0
    sizes = ONES[:300]
    low, high = np.moveaxis(
        intervals.bounds(predictions, representations, sizes, sizes), -1, 0
    )
    assert (low <= predictions).all()
    assert (predictions <= high).all()
    gap, modulus = KEYS.index(GAP), KEYS.index(MODULUS)
    assert (low[:100, gap] == 0.0).all()
    # A modulus is shown as the model says it, below zero too; so is its interval.
    assert (low[:100, modulus] < 0.0).all()


def test_no_error_of_a_crystal_enters_its_own_difficulty():
    """However wrong one calibration crystal is, its own score grows in proportion."""
    random = np.random.default_rng(5)
    points, errors = random.normal(size=(60, 2)), random.uniform(1.0, 2.0, (60, 1))
    errors[7] = np.nan
    before = _local_errors(points, points, errors, alone=True)
    errors[3] = 1e6
    after = _local_errors(points, points, errors, alone=True)
    assert after[3] == pytest.approx(before[3])
    assert (np.delete(after, 3) > np.delete(before, 3)).all()


def test_a_supercell_has_the_interval_of_its_cell_times_the_atoms(intervals):
    _, predictions, representations = crystals(50, seed=4)
    ones, column = ONES[:50], KEYS.index(MOMENT)
    cell = intervals.bounds(predictions, representations, ones, ones)
    double = predictions.copy()
    double[:, column] *= 2.0
    twice = intervals.bounds(double, representations, 2.0 * ones, ones)
    np.testing.assert_allclose(twice[:, column], 2.0 * cell[:, column])
    np.testing.assert_allclose(np.delete(twice, column, 1), np.delete(cell, column, 1))


def test_a_logarithmic_property_has_a_longer_upper_side(intervals):
    _, predictions, representations = crystals(50, seed=5)
    column, ones = KEYS.index(TAIL), ONES[:50]
    low, high = intervals.bounds(predictions, representations, ones, ones)[:, column].T
    value = predictions[:, column]
    assert (high - value > value - low).all()
    np.testing.assert_allclose((1 + high) / (1 + value), (1 + value) / (1 + low))


def test_larger_errors_make_wider_intervals():
    targets, predictions, representations = crystals(400)
    ones = ONES[:400]
    worse = predictions + 3.0 * (targets - predictions)
    widths = [
        np.diff(
            fit_intervals(KEYS, some, predictions, representations, ones, ones).bounds(
                predictions, representations, ones, ones
            )
        )[:, KEYS.index(ENERGY), 0]
        for some in (targets, worse)
    ]
    assert (widths[1] > widths[0]).all()


def test_a_property_that_few_crystals_have_gets_no_interval():
    targets, predictions, representations = crystals(100)
    targets[5:, 1] = np.nan
    targets[:, 2] = np.nan
    ones = ONES[:100]
    some = fit_intervals(KEYS, targets, predictions, representations, ones, ones)
    bounds = some.bounds(predictions, representations, ones, ones)
    assert np.isnan(bounds[:, 1:3]).all()
    assert np.isfinite(bounds[:, [0, 3, 4]]).all()


def test_metals_and_others_have_their_own_quantile():
    """Of a model whose errors are a hundred times smaller for what it calls metals."""
    targets, predictions, representations = crystals(2000)
    metal, gap = np.arange(2000) % 2 == 0, KEYS.index(GAP)
    error = targets - predictions
    error[metal] *= 0.01
    predictions[metal, gap] = 0.0
    targets = predictions + error
    ones = ONES[:2000]
    some = fit_intervals(KEYS, targets, predictions, representations, ones, ones)
    bounds = some.bounds(predictions, representations, ones, ones)
    for rows in (metal, ~metal):
        found = interval_coverage(targets[rows, 0], bounds[rows, 0])
        assert found.coverage == pytest.approx(LEVEL, abs=0.04)


def test_halves_depend_on_the_identifier_alone():
    ids = [f"JVASP-{number}" for number in range(4000)]
    half = first_half(ids)
    assert half.mean() == pytest.approx(0.5, abs=0.03)
    assert (first_half(ids[::-1])[::-1] == half).all()


def test_what_is_stored_gives_the_same_intervals(intervals):
    _, predictions, representations = crystals(60, seed=6)
    ones = ONES[:60]
    again = Intervals.of(intervals.arrays(), KEYS)
    np.testing.assert_array_equal(
        again.bounds(predictions, representations, ones, ones),
        intervals.bounds(predictions, representations, ones, ones),
    )
    assert sum(array.nbytes for array in intervals.arrays().values()) < 150_000


@pytest.mark.parametrize("name", ["mean", "matrix", "points", "errors", "quantiles"])
def test_arrays_that_are_missing_or_do_not_fit_are_refused(intervals, name):
    arrays = intervals.arrays()
    with pytest.raises(KeyError):
        Intervals.of({key: arrays[key] for key in arrays if key != name}, KEYS)
    with pytest.raises(ValueError, match="of"):
        Intervals.of(arrays | {name: arrays[name][..., :-1]}, KEYS)


def test_no_crystal_is_its_own_neighbour():
    """One with a huge error: others near it become difficult, it does not."""
    targets, predictions, representations = crystals(400)
    ones = ONES[:400]
    plain = fit_intervals(KEYS, targets, predictions, representations, ones, ones)
    targets[7, 0] += 1000.0
    spoilt = fit_intervals(KEYS, targets, predictions, representations, ones, ones)
    # Its score is enormous, but one score does not move the 90 % rank by more than one.
    assert spoilt.quantiles[0, 0] < 1.5 * plain.quantiles[0, 0]
    only = replace(spoilt, quantiles=plain.quantiles)
    wider = only.difficulty(representations[7:8])[0, 0]
    assert wider > 5.0 * plain.difficulty(representations[7:8])[0, 0]

"""Conformal intervals: the guarantee, what they adapt to, and what they must not do."""

import numpy as np
import pytest

from crysformer.properties.metrics import interval_coverage
from crysformer.trust.bands import TWINS
from crysformer.trust.intervals import Intervals, first_half, fit_intervals
from crysformer.trust.quantiles import LEVEL

ENERGY, GAP, MOMENT = "formation_energy_peratom", "optb88vdw_bandgap", "magmom_oszicar"
TAIL, MODULUS = "exfoliation_energy", "bulk_modulus_kv"
KEYS = (ENERGY, GAP, MOMENT, TAIL, MODULUS)
ONES = np.ones(5000)
USUAL = np.zeros(5000, dtype=int)
"""All in the first band of novelty."""


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
    sizes, bands = ONES[:count], USUAL[:count]
    return fit_intervals(KEYS, targets, predictions, representations, sizes, sizes, bands)


@pytest.fixture(scope="module")
def intervals():
    return fitted()


def test_new_crystals_are_covered_nine_times_in_ten(intervals):
    targets, predictions, representations = crystals(5000, seed=1)
    bounds = intervals.bounds(predictions, representations, ONES, ONES, USUAL)
    for column in range(len(KEYS)):
        found = interval_coverage(targets[:, column], bounds[:, column])
        assert found.n == 5000
        # Three standard deviations of 1,500 calibrating and 5,000 checking crystals.
        assert found.coverage == pytest.approx(LEVEL, abs=0.027)


def test_hard_crystals_get_wider_intervals_and_are_covered_more_evenly(intervals):
    targets, predictions, representations = crystals(5000, seed=2)
    bounds = intervals.bounds(predictions, representations, ONES, ONES, USUAL)[:, 0]
    easy, hard = representations[:, 0] < 0.2, representations[:, 0] > 0.8
    narrow = interval_coverage(targets[easy, 0], bounds[easy])
    wide = interval_coverage(targets[hard, 0], bounds[hard])
    assert wide.width > 2.0 * narrow.width
    # One width for all crystals would cover the easy ones always and the hard ones less.
    error = np.abs(targets[:, 0] - predictions[:, 0])
    inside = error <= np.quantile(error, LEVEL)
    apart = inside[easy].mean() - inside[hard].mean()
    chance = 3.0 * np.sqrt(LEVEL * (1.0 - LEVEL) * (1.0 / easy.sum() + 1.0 / hard.sum()))
    assert abs(wide.coverage - narrow.coverage) < apart - chance


def test_the_prediction_lies_inside_and_floors_hold(intervals):
    _, predictions, representations = crystals(300, seed=3)
    predictions[:100] = 0.0
    sizes = ONES[:300]
    low, high = np.moveaxis(
        intervals.bounds(predictions, representations, sizes, sizes, USUAL[: len(sizes)]),
        -1,
        0,
    )
    assert (low <= predictions).all()
    assert (predictions <= high).all()
    gap, modulus = KEYS.index(GAP), KEYS.index(MODULUS)
    assert (low[:100, gap] == 0.0).all()
    # A modulus is shown as the model says it, below zero too; so is its interval.
    assert (low[:100, modulus] < 0.0).all()


def test_a_supercell_has_the_interval_of_its_cell_times_the_atoms(intervals):
    _, predictions, representations = crystals(50, seed=4)
    ones, column = ONES[:50], KEYS.index(MOMENT)
    cell = intervals.bounds(predictions, representations, ones, ones, USUAL[: len(ones)])
    double = predictions.copy()
    double[:, column] *= 2.0
    twice = intervals.bounds(
        double, representations, 2.0 * ones, ones, USUAL[: len(ones)]
    )
    np.testing.assert_allclose(twice[:, column], 2.0 * cell[:, column])
    np.testing.assert_allclose(np.delete(twice, column, 1), np.delete(cell, column, 1))


def test_a_logarithmic_property_has_a_longer_upper_side(intervals):
    _, predictions, representations = crystals(50, seed=5)
    column, ones = KEYS.index(TAIL), ONES[:50]
    low, high = intervals.bounds(
        predictions, representations, ones, ones, USUAL[: len(ones)]
    )[:, column].T
    value = predictions[:, column]
    assert (high - value > value - low).all()
    np.testing.assert_allclose((1 + high) / (1 + value), (1 + value) / (1 + low))


def test_larger_errors_make_wider_intervals():
    targets, predictions, representations = crystals(400)
    ones = ONES[:400]
    worse = predictions + 3.0 * (targets - predictions)
    widths = [
        np.diff(
            fit_intervals(
                KEYS, some, predictions, representations, ones, ones, USUAL[: len(ones)]
            ).bounds(predictions, representations, ones, ones, USUAL[: len(ones)])
        )[:, KEYS.index(ENERGY), 0]
        for some in (targets, worse)
    ]
    assert (widths[1] > widths[0]).all()


def test_a_property_that_few_crystals_have_gets_no_interval():
    targets, predictions, representations = crystals(100)
    targets[5:, 1] = np.nan
    targets[:, 2] = np.nan
    ones = ONES[:100]
    some = fit_intervals(
        KEYS, targets, predictions, representations, ones, ones, USUAL[: len(ones)]
    )
    bounds = some.bounds(predictions, representations, ones, ones, USUAL[: len(ones)])
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
    some = fit_intervals(
        KEYS, targets, predictions, representations, ones, ones, USUAL[: len(ones)]
    )
    bounds = some.bounds(predictions, representations, ones, ones, USUAL[: len(ones)])
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
        again.bounds(predictions, representations, ones, ones, USUAL[: len(ones)]),
        intervals.bounds(predictions, representations, ones, ones, USUAL[: len(ones)]),
    )
    assert sum(array.nbytes for array in intervals.arrays().values()) < 150_000


@pytest.mark.parametrize("name", ["mean", "matrix", "points", "errors", "quantiles"])
def test_arrays_that_are_missing_or_do_not_fit_are_refused(intervals, name):
    arrays = intervals.arrays()
    with pytest.raises(KeyError):
        Intervals.of({key: arrays[key] for key in arrays if key != name}, KEYS)
    with pytest.raises(ValueError, match="of"):
        Intervals.of(arrays | {name: arrays[name][..., :-1]}, KEYS)


def test_unusual_crystals_and_twins_have_their_own_intervals():
    """Errors are larger in some bands than their neighbourhood says, small in twins."""
    targets, predictions, representations = crystals(4000)
    bands = np.random.default_rng(0).permutation(np.arange(4000) % (TWINS + 1))
    factors = np.array([1.0, 1.0, 4.0, 6.0, 0.1])[bands, None]
    targets = predictions + factors * (targets - predictions)
    ones = ONES[:4000]
    half = np.arange(4000) < 2000
    some = fit_intervals(
        KEYS,
        targets[half],
        predictions[half],
        representations[half],
        ones[half],
        ones[half],
        bands[half],
    )
    bounds = some.bounds(predictions, representations, ones, ones, bands)
    for band in range(TWINS + 1):
        rows = ~half & (bands == band)
        for column in range(len(KEYS)):
            found = interval_coverage(targets[rows, column], bounds[rows, column])
            # Three standard deviations of 400 calibrating and 400 checking crystals.
            assert found.coverage == pytest.approx(LEVEL, abs=0.064)


def test_twins_calibrate_no_other_crystal():
    targets, predictions, representations = crystals(1000)
    bands, ones = USUAL[:1000].copy(), ONES[:1000]
    bands[::3] = TWINS

    def fit(targets):
        some = fit_intervals(
            KEYS, targets, predictions, representations, ones, ones, bands
        )
        return some.bounds(predictions, representations, ones, ones, bands)

    before = fit(targets)
    targets[bands == TWINS] += 50.0
    after = fit(targets)
    np.testing.assert_array_equal(before[bands != TWINS], after[bands != TWINS])
    energy = KEYS.index(ENERGY)
    wider = np.ptp(after[:, energy], axis=-1) - np.ptp(before[:, energy], axis=-1)
    assert (wider[bands == TWINS] > 50.0).all()


def test_a_gap_of_a_second_data_set_tells_its_own_metals():
    """The model calls none a metal by the first gap and half by the second."""
    keys = (GAP, "band_gap_pbe")
    random = np.random.default_rng(0)
    predictions = np.full((800, 2), 3.0)
    predictions[::2, 1] = 0.0
    error = np.where(predictions == 0.0, 0.01, 1.0) * random.normal(size=(800, 2))
    ones, rows = ONES[:800], random.normal(size=(800, 3))
    some = fit_intervals(
        keys, predictions + error, predictions, rows, ones, ones, USUAL[:800]
    )
    metals, others = some.quantiles[:, 0]
    assert metals[0] == others[0]
    assert metals[1] < 0.1 * others[1]

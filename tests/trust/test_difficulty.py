"""Difficulty: no crystal judges itself, and what is stored judges as before."""

from dataclasses import replace

import numpy as np
import pytest

from crysformer.trust.difficulty import Difficulty

ENERGY, GAP = "formation_energy_peratom", "optb88vdw_bandgap"


def crystals(count=400, keys=(ENERGY, GAP)):
    random = np.random.default_rng(5)
    rows = random.normal(size=(count, 4))
    return keys, rows, random.uniform(1.0, 2.0, (count, len(keys)))


def test_no_error_of_a_crystal_enters_its_own_difficulty():
    """However wrong one is, others near it become difficult; it does not."""
    keys, rows, errors = crystals()
    errors[7] = np.nan
    before = Difficulty.fit(keys, rows, errors).of_own()
    errors[3] = 1e4
    after = Difficulty.fit(keys, rows, errors).of_own()
    assert after[3] == pytest.approx(before[3])
    assert (np.delete(after, 3, axis=0) > np.delete(before, 3, axis=0)).all()


def test_difficulty_is_the_error_of_the_neighbourhood():
    """Two clouds far apart, one with ten times the errors of the other."""
    keys, rows, errors = crystals()
    rows[::2, 0] += 50.0
    errors[::2] *= 10.0
    found = Difficulty.fit(keys, rows, errors).of_others(rows[:2])
    energy, gap = found[0] / found[1]
    # A gap's is hardly drawn towards the mean of all, an energy's by a third.
    mean, prior = 5.5, 0.5
    drawn = (10.0 + prior * mean) / (1.0 + prior * mean)
    assert energy == pytest.approx(drawn, rel=0.1)
    assert gap == pytest.approx(10.0, rel=0.1)


def test_a_model_without_errors_is_not_divided_by():
    keys, rows, errors = crystals()
    assert (Difficulty.fit(keys, rows, 0.0 * errors).of_own() > 0.0).all()


def test_errors_that_half_precision_cannot_hold_stay_finite():
    keys, rows, errors = crystals()
    found = Difficulty.fit(keys, rows, 1e6 * errors)
    assert np.isfinite(found.arrays()["errors"]).all()


def test_a_property_with_one_error_has_no_difficulty():
    keys, rows, errors = crystals()
    errors[1:, 0] = np.nan
    found = Difficulty.fit(keys, rows, errors).of_others(rows)
    assert np.isnan(found[:, 0]).all()
    assert np.isfinite(found[:, 1]).all()


def test_what_is_stored_is_as_difficult():
    keys, rows, errors = crystals()
    found = Difficulty.fit(keys, rows, errors)
    again = Difficulty.of(found.arrays(), keys)
    np.testing.assert_array_equal(again.of_others(rows), found.of_others(rows))
    np.testing.assert_array_equal(again.of_own(), found.of_own())


def test_more_crystals_than_a_block_are_each_left_out_in_turn():
    keys, rows, errors = crystals(600)
    found = Difficulty.fit(keys, rows, errors)
    alone = replace(found, points=found.points[1:], errors=found.errors[1:])
    last = replace(found, points=found.points[:-1], errors=found.errors[:-1])
    for other, row in ((alone, 0), (last, -1)):
        expected = other.of_others(rows[[row]])[0]
        # Stored points are rounded, given rows are not.
        assert found.of_own()[row] == pytest.approx(expected, rel=0.01)

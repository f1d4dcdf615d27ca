"""Rank correlations against orders whose answer is known, and against scipy."""

import numpy as np
import pytest

from crysformer.faithfulness.correlation import (
    chance_level,
    correlate_each,
    correlate_each_given,
    kendall,
    kendall_each,
    spearman,
)

GENERATOR = np.random.default_rng(3)


def correlate(first, second):
    return correlate_each(first, np.asarray(second)[:, None])[0]


def correlate_given(first, second, given):
    return correlate_each_given(first, np.asarray(second)[:, None], given)[0]


def test_kendall_of_many_orders_is_that_of_scipy():
    from scipy.stats import kendalltau

    generator = np.random.default_rng(5)
    # Rounded to tenths, so that there are ties; one is constant, one not all numbers.
    rows, columns = (np.round(generator.random(size), 1) for size in ((4, 30), (30, 3)))
    rows[1], rows[2, 7] = 0.5, np.nan
    expected = [
        [kendalltau(row, column).statistic for column in columns.T] for row in rows
    ]
    assert np.isnan(expected).any(axis=1).tolist() == [False, True, True, False]
    np.testing.assert_allclose(kendall_each(rows, columns), expected, atol=1e-12)


def test_kendall_is_known_by_hand_and_undefined_for_constants():
    """Of the six pairs of four things, five agree in order and one does not: 4 / 6."""
    one, two = np.array([1.0, 2, 3, 4]), np.array([1.0, 2, 4, 3])
    assert kendall(one, two) == pytest.approx(2 / 3)
    each = kendall_each(np.stack([one, -one]), np.stack([two, np.ones(4)], axis=1))
    assert each[:, 0] == pytest.approx([2 / 3, -2 / 3])
    assert np.isnan(each[:, 1]).all()


def test_correlations_of_known_orders():
    up = np.arange(10.0)
    same, opposite = correlate(up, up**3), correlate(up, -up)
    assert (same.rho, same.tau) == pytest.approx((1.0, 1.0))
    assert same.p == pytest.approx(2e-4)
    assert (opposite.rho, opposite.tau) == pytest.approx((-1.0, -1.0))
    assert opposite.p == 1.0


def test_coefficients_are_those_of_scipy():
    from scipy.stats import kendalltau, spearmanr

    one = np.round(GENERATOR.random(30), 1)
    two = np.round(one + GENERATOR.random(30), 1)
    found = correlate(one, two)
    assert found.rho == pytest.approx(spearmanr(one, two).statistic)
    assert found.tau == pytest.approx(kendalltau(one, two).statistic)
    assert found.rho == pytest.approx(spearman(one, two))


def test_p_values_of_unrelated_numbers_are_spread_evenly():
    values = [correlate(GENERATOR.random(12), GENERATOR.random(12)).p for _ in range(200)]
    assert np.mean(np.array(values) < 0.05) < 0.12
    assert 0.4 < np.mean(values) < 0.6


def test_constant_numbers_have_no_correlation():
    assert np.isnan(correlate(np.ones(9), np.arange(9.0)).rho)
    assert np.isnan(correlate(np.full(9, np.nan), np.arange(9.0)).p)


def test_rounding_errors_are_no_order():
    values = 1.0 + 1e-12 * GENERATOR.random(9)
    assert np.isnan(correlate(values, np.arange(9.0)).rho)


def test_given_the_common_cause_nothing_is_left():
    cause = np.arange(40.0)
    one = cause + 3 * GENERATOR.normal(size=40)
    two = cause + 3 * GENERATOR.normal(size=40)
    assert correlate(one, two).p < 0.01
    assert correlate_given(one, two, [cause]).p > 0.05
    rest = GENERATOR.normal(size=40)
    assert correlate_given(cause + 9 * rest, two + 9 * rest, [cause]).p < 0.01


def test_what_is_given_completely_leaves_nothing():
    cause = np.arange(20.0)
    assert np.isnan(correlate_given(cause, GENERATOR.random(20), [cause]).rho)


def test_chance_level_is_that_of_tables():
    # One-sided 5 % critical value of Spearman's rho for ten pairs: 0.564.
    assert chance_level(10) == pytest.approx(0.564, abs=0.03)

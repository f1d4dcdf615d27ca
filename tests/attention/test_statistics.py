"""Entropy, lift, reverses, roll-out and orbits where the answer is known by hand."""

import numpy as np
import pytest

from crysformer.attention.statistics import (
    effective_neighbours,
    entropy,
    lift,
    normalised,
    of_reverse,
    sum_at_centres,
)

CENTRE = np.array([0, 0, 0, 0, 1, 1])


WEIGHTS = np.array([0.25, 0.25, 0.25, 0.25, 1.0, 0.0])


def test_even_attention_has_all_neighbours_and_one_sided_has_one():
    assert entropy(WEIGHTS, CENTRE) == pytest.approx([np.log(4), 0.0])
    assert effective_neighbours(WEIGHTS, CENTRE) == pytest.approx([4.0, 1.0])


def test_statistics_keep_blocks_and_heads_apart():
    both = np.stack([WEIGHTS, np.array([0.5, 0.5, 0, 0, 0.5, 0.5])], axis=1)
    assert effective_neighbours(both, CENTRE) == pytest.approx(
        np.array([[4.0, 2.0], [1.0, 2.0]])
    )


def test_lift_is_one_for_an_even_share():
    degree = np.array([4, 4, 4, 4, 2, 2])
    assert lift(WEIGHTS, degree).tolist() == [1, 1, 1, 1, 2, 0]


def test_the_reverse_of_a_bond_is_unknown_without_one():
    found = of_reverse(np.array([0.7, 0.2, 0.3]), np.array([2, -1, 0]))
    assert found[[0, 2]].tolist() == [0.3, 0.7]
    assert np.isnan(found[1])


def test_normalised_numbers_sum_to_one_at_each_centre():
    values = normalised(np.array([1.0, 2, 3, 4, 5, 5]), CENTRE)
    assert sum_at_centres(values, CENTRE) == pytest.approx([1.0, 1.0])
    assert values[3] == pytest.approx(0.4)

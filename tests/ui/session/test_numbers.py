"""One number, one way: a true minus, no signed zero, no exponent of nothing."""

import math

import pytest

from crysformer.ui.session.numbers import fixed, signed, tiny


@pytest.mark.parametrize(
    ("value", "said"), [(1.236, "1.24"), (-0.001, "0.00"), (-1.5, "−1.50")]
)
def test_decimals(value, said):
    assert fixed(value) == said


@pytest.mark.parametrize(
    ("value", "said"), [(0.1234, "+0.123"), (-0.1234, "−0.123"), (-0.0001, "0.000")]
)
def test_decimals_of_a_change(value, said):
    assert fixed(value, 3, "+") == said


@pytest.mark.parametrize(
    ("value", "said"), [(0.12345, "+0.123"), (-3.0, "−3"), (0.0, "0"), (-0.0, "0")]
)
def test_changes(value, said):
    assert signed(value) == said


@pytest.mark.parametrize(
    ("value", "said"), [(0.0, "0"), (2.4e-7, "2 × 10⁻⁷"), (1e-12, "1 × 10⁻¹²")]
)
def test_numerical_errors(value, said):
    assert tiny(value) == said


def test_what_is_not_known_is_a_dash():
    assert fixed(math.nan) == signed(math.inf) == "–"

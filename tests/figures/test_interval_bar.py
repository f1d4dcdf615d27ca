"""Interval bars: where their parts stand, and what is hatched."""

import re

import pytest

from crysformer.figures.interval_bar import common_axis, interval_bar


def places(bar):
    return {
        name: float(left)
        for name, left in re.findall(r'class="(ib-\w+)[^"]*" style="left:([\d.]+)%', bar)
    }


@pytest.mark.parametrize(
    ("numbers", "least", "axis"),
    [
        ([2.0, 1.0, 4.0], 0.0, (0.0, 4.0)),
        ([-2.0, -3.0], 0.0, (-3.0, 0.0)),
        ([-1.0, 4.0], 0.0, (-1.0, 4.0)),
        ([0.01], 5.0, (0.0, 5.0)),
        ([-0.01], 5.0, (-5.0, 0.0)),
        ([0.0], 0.0, (0.0, 1.0)),
    ],
)
def test_an_axis_holds_zero_and_all_numbers(numbers, least, axis):
    assert common_axis(numbers, least) == axis


def test_parts_stand_where_their_numbers_do():
    bar = interval_bar(2.0, (1.0, 3.0), (0.0, 4.0), measured=4.0)
    assert places(bar) == {
        "ib-zero": 0.0,
        "ib-range": 25.0,
        "ib-value": 50.0,
        "ib-measured": 100.0,
    }
    assert "width:50.0%" in bar
    assert "hatched" not in bar


def test_an_interval_that_does_not_hold_is_hatched():
    assert "ib-hatched" in interval_bar(2.0, (1.0, 3.0), (0.0, 4.0), holds=False)


def test_what_is_beyond_the_axis_stays_at_its_end():
    assert places(interval_bar(9.0, None, (0.0, 4.0)))["ib-value"] == 100.0

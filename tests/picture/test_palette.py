"""Scales and colours."""

import pytest

from crysformer.picture.palette import VIRIDIS, Scale, Scheme, element_colours


def test_weights_start_at_zero_and_end_at_the_largest():
    scale = Scale.fit([0.05, 0.2], dark=True)
    assert scale.colours([0.0, 0.2]) == [VIRIDIS[0].lower(), VIRIDIS[-1].lower()]
    ticks = [tick["text"] for tick in scale.bar("Weight")["ticks"]]
    assert ticks == ["0", "0.05", "0.1", "0.15", "0.2"]


def test_ticks_are_round_numbers_and_the_end():
    ticks = [tick["text"] for tick in Scale.fit([0.143]).bar("Weight")["ticks"]]
    assert ticks == ["0", "0.05", "0.1", "0.14"]


def test_lift_of_one_is_the_middle_and_difference_is_symmetric():
    lift = Scale.fit([0.3, 3], "lift")
    ticks = [tick["text"] for tick in lift.bar("l")["ticks"]]
    assert ticks == ["0.25", "0.5", "1", "2", "4"]
    assert Scale.fit([0.9, 1.1], "lift").high == 1.25
    assert lift.position([0, 0.25, 1, 4, 9]).tolist() == [0, 0, 0.5, 1, 1]
    difference = Scale.fit([-0.3, 0.1], "difference")
    assert difference.position([-0.3, 0, 0.3]).tolist() == [0, 0.5, 1]
    assert difference.strength([-0.3, 0, 0.3]).tolist() == [1, 0, 1]
    assert difference.bar("d")["ticks"][0]["text"] == "−0.3"


@pytest.mark.parametrize("scheme", Scheme)
def test_every_scheme_tells_nine_elements_apart(scheme):
    symbols = ["H", "Li", "C", "N", "O", "Na", "Cl", "Fe", "U"]
    colours = element_colours(symbols, scheme)
    assert len(set(colours.values())) == len(symbols)
    assert all(len(colour) == 7 and colour[0] == "#" for colour in colours.values())

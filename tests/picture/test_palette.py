"""Scales and colours."""

import pytest

from crysformer.picture.palette import VIRIDIS, Scale, Scheme, element_colours


def test_weights_start_at_zero_and_end_at_the_largest():
    scale = Scale.fit([0.05, 0.2], dark=True)
    assert scale.colours([0.0, 0.2]) == [VIRIDIS[0].lower(), VIRIDIS[-1].lower()]
    ticks = [tick["text"] for tick in scale.bar("Weight")["ticks"]]
    assert ticks == ["0", "0.05", "0.1", "0.15", "0.2"]


def ticks(scale):
    return {tick["text"]: tick["at"] for tick in scale.bar("Weight")["ticks"]}


def test_ticks_are_round_and_the_bar_ends_with_the_data():
    assert ticks(Scale.fit([0.143])) == pytest.approx(
        {"0": 0, "0.05": 0.05 / 0.143, "0.1": 0.1 / 0.143}, abs=1e-4
    )


def test_lift_of_one_is_the_middle_and_difference_is_symmetric():
    lift = Scale.fit([0.3, 3], "lift")
    assert lift.position([0, 1 / 3, 1, 3, 9]) == pytest.approx([0, 0, 0.5, 1, 1])
    assert Scale.fit([0.9, 1.1], "lift").high == 1.25
    difference = Scale.fit([-0.3, 0.1], "difference")
    assert difference.position([-0.3, 0, 0.3]).tolist() == [0, 0.5, 1]
    assert difference.strength([-0.3, 0, 0.3]).tolist() == [1, 0, 1]
    assert list(ticks(difference)) == ["−0.2", "0", "0.2"]


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ([0.4, 4.8], ["0.5", "1", "2", "4"]),
        ([0.0, 1.02], ["0.6", "0.8", "1"]),
        ([0.97, 1.1], ["0.8", "1", "1.2"]),
        ([0.1, 40], ["0.125", "0.25", "0.5", "1", "2", "4", "8", "16"]),
    ],
)
def test_the_bar_of_a_lift_spans_the_data_alone(values, said):
    scale = Scale.fit(values, "lift")
    found = ticks(scale)
    bar = scale.bar("Lift")
    assert set(said) <= set(found)
    assert all(0 <= at <= 1 for at in found.values())
    last = scale.colours([min(max(values), scale.high)])[0]
    assert bar["colours"][-1] == last or max(values) < 1.25


@pytest.mark.parametrize("scheme", Scheme)
def test_every_scheme_tells_nine_elements_apart(scheme):
    symbols = ["H", "Li", "C", "N", "O", "Na", "Cl", "Fe", "U"]
    colours = element_colours(symbols, scheme)
    assert len(set(colours.values())) == len(symbols)
    assert all(len(colour) == 7 and colour[0] == "#" for colour in colours.values())

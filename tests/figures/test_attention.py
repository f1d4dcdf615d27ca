"""Plots of attention by block and head, and by length."""

import numpy as np

from crysformer.figures.attention import head_map, length_plot
from crysformer.picture.palette import Scale


def test_the_map_marks_the_block_and_head_that_are_shown():
    numbers = np.arange(6.0).reshape(2, 3)
    scale = Scale("sequential", 0.0, 5.0)
    squares = head_map(numbers, "Cross", scale, (1, None)).data[0]
    assert list(squares.marker.line.width) == [0, 0, 0, 3, 3, 3]
    assert list(squares.customdata[4]) == ["Cross", 1, 1]
    assert squares.text[4] == "4.00"
    everything = head_map(numbers, "Cross", scale, (None, None)).data[0]
    assert set(everything.marker.line.width) == {0}


def test_the_length_plot_has_a_mark_for_each_head(chain):
    figure = length_plot(
        chain.bonds.length,
        chain.cross[:, 0],
        chain.bonds.orbit.tolist(),
        ["bond"] * 5,
        x_title="Å",
        y_title="Lift",
        even=1.0,
    )
    assert [trace.name for trace in figure.data] == ["Head 1", "Head 2"]
    assert len({trace.marker.symbol for trace in figure.data}) == 2
    assert figure.data[1].y.tolist() == chain.cross[:, 0, 1].tolist()
    assert [point[0] for point in figure.data[0].customdata] == chain.bonds.orbit.tolist()

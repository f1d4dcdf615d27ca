"""The lesson's plots show the numbers that they are given."""

import numpy as np
import pytest

from crysformer.lesson.experiments import STRETCHES
from crysformer.lesson.figures import (
    block_lines,
    gate_bars,
    gaussian_bars,
    kind_bars,
    shell_bars,
    softmax_bars,
    stretch_curve,
)
from tests.support.lesson import CONFIG, SALT, first


def test_figures_show_the_numbers():
    _, around = first(SALT)
    assert [bar.y[0] for bar in shell_bars(around, 1).data] == [6]
    assert list(shell_bars(around, 2).data[0].y) == [6, 12]
    bars = gaussian_bars(2.82, CONFIG).data[0]
    assert int(np.argmax(bars.y)) + 1 == 23
    score, weight = np.arange(18.0), np.full(18, 1 / 18)
    above, below = softmax_bars(around, score, weight, 0).data
    assert list(above.y) == list(score)
    assert np.sum(below.y) == pytest.approx(100.0)
    assert list(gate_bars(np.array([-1.0, 0.5])).data[0].y) == [-1.0, 0.5]
    lines = block_lines(around, np.tile(weight[:, None], 4), 1).data
    assert [len(line.y) for line in lines] == [4, 4]
    assert list(kind_bars(around, weight).data[0].y) == pytest.approx([100 / 18] * 18)
    curve = stretch_curve(STRETCHES, STRETCHES**2, (-1.0, 1.0), "E (eV)")
    assert list(curve.data[1].y) == [0.0]

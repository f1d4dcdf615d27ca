"""The plot of a response to strain."""

import pytest

from crysformer.experiments.response import responses
from crysformer.figures.response import TITLE, Curve, response_figure
from crysformer.library.catalogue import load_library
from crysformer.predict.predictor import Predictor
from tests.support.random_model import random_checkpoint


@pytest.fixture
def tight():
    """A model whose neighbours come and go at once: no envelope fades them."""
    return Predictor(random_checkpoint(tie_tolerance=0.01, envelope=False))


def crystal(name):
    return load_library()[name].structure()


def test_figure_has_title_curves_marks_and_no_band(tight):
    [found] = responses(tight, [crystal("bcc-fe")], "Along c", (-0.5, 0.0, 0.5))
    key = "formation_energy_peratom"
    figure = response_figure(
        [Curve("<b>Fe", found)], key, axis="E", across="strain", strain=0.5
    )
    curve, point, legend = figure.data
    assert figure.layout.title.text == TITLE
    assert list(curve.y) == found.curve(key)
    assert curve.name == "&lt;b&gt;Fe"
    assert (point.x, point.y) == ((0.5,), (found.curve(key)[2],))
    assert [shape.x0 for shape in figure.layout.shapes] == [0.25]
    assert "neighbour" in legend.name
    assert all(trace.fill is None for trace in figure.data)

"""The plot of a response to strain."""

import pytest

from crysformer.experiments.response import responses
from crysformer.figures.response import TITLE, Curve, response_figure
from crysformer.graph.rule import NeighbourRule
from crysformer.library.catalogue import load_library
from crysformer.predict.predictor import Predictor
from tests.support.random_model import random_checkpoint

TIGHT = NeighbourRule(tie_tolerance=0.01, envelope=False)


@pytest.fixture
def predictor(monkeypatch):
    checkpoint = random_checkpoint()
    monkeypatch.setattr(
        "crysformer.predict.predictor.load_checkpoint", lambda *_: checkpoint
    )
    return Predictor()


def crystal(name):
    return load_library()[name].structure()


def test_figure_has_title_curves_marks_and_no_band(predictor, monkeypatch):
    monkeypatch.setattr(type(predictor.model.config), "neighbour_rule", TIGHT)
    [found] = responses(predictor, [crystal("bcc-fe")], "Along c", (-0.5, 0.0, 0.5))
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

"""Deletion and insertion curves: their ends, and the order of bonds."""

import numpy as np
import pytest

from crysformer.faithfulness.curves import NUM_STEPS, trace_curves
from crysformer.faithfulness.knockout import knock_out
from crysformer.faithfulness.orbits import find_orbits
from tests.support.attention import attend
from tests.support.crystals import graph_of, wurtzite
from tests.support.faithfulness import CONFIG

NONE = np.empty(0, dtype=np.int64)


def test_curves_begin_and_end_where_they_must(model):
    structure = wurtzite()
    graph = graph_of(structure, CONFIG.neighbour_rule)[2]
    orbits = find_orbits(attend(model, structure).bonds)
    scores = {"up": np.arange(len(orbits)), "down": -np.arange(len(orbits))}
    curves = trace_curves(model, graph, orbits, scores)
    zero_one = np.repeat([[0.0], [1.0]], 3, axis=1)
    for curve in curves.values():
        assert len(curve.fraction) <= NUM_STEPS + 1
        assert curve.fraction[[0, -1]] == pytest.approx([0, 1])
        assert curve.inserted[[0, -1]] == pytest.approx([0, 1])
        assert (np.diff(curve.fraction) > 0).all()
        assert (np.diff(curve.inserted) > 0).all()
        assert curve.deletion[[0, -1]] == pytest.approx(zero_one, abs=1e-9)
        assert curve.insertion[[0, -1]] == pytest.approx(zero_one[::-1], abs=1e-9)
    # To insert from the top is to delete from the bottom, backwards.
    assert curves["up"].insertion == pytest.approx(curves["down"].deletion[::-1])


def test_the_order_of_a_curve_is_that_of_the_scores(model):
    structure = wurtzite()
    graph = graph_of(structure, CONFIG.neighbour_rule)[2]
    orbits = find_orbits(attend(model, structure).bonds)
    first = 2
    scores = (np.arange(len(orbits)) == first).astype(float)
    curve = trace_curves(model, graph, orbits, {"one": scores})["one"]
    values = knock_out(
        model, graph, [NONE, orbits.rows(first), np.arange(len(graph.lengths))]
    )
    expected = np.abs(values[1] - values[0]) / np.abs(values[2] - values[0])
    if len(orbits) <= NUM_STEPS:
        assert curve.deletion[1] == pytest.approx(expected)
    else:
        assert curve.fraction[1] >= orbits.share[first]

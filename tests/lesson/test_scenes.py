"""What the lesson's pictures in 3D show."""

import numpy as np
import pytest

from crysformer.lesson.figures import line_graph
from crysformer.lesson.scenes import (
    angle_scene,
    cell_scene,
    kind_scene,
    one_of_each_angle,
    shell_scene,
    weight_scene,
)
from tests.support.lesson import SALT, first


def test_scenes_show_one_atom_and_its_bonds():
    graph, around = first(SALT)
    one, two = (shell_scene(graph, around, shells).counts for shells in (1, 2))
    assert (one["bonds"], one["atoms"] + one["ghosts"]) == (6, 7)
    assert (two["bonds"], two["atoms"] + two["ghosts"]) == (18, 19)
    each = kind_scene(graph, around, one_each=True).counts
    assert (each["bonds"], each["atoms"] + each["ghosts"]) == (2, 3)
    assert kind_scene(graph, around, one_each=False).counts["bonds"] == 18
    assert cell_scene(graph.structure, 2).counts["atoms"] > 64


def test_scenes_colour_what_they_teach():
    graph, around = first(SALT)
    colours = shell_scene(graph, around, 2).payload["bonds"]["colour"]
    assert len(set(colours[:6])) == len(set(colours[6:])) == 1
    assert colours[0] != colours[6]
    weights = np.linspace(0.0, 0.2, 18)
    lit = weight_scene(graph, around, weights, 0.2).payload["bonds"]
    assert lit["radius"] == sorted(lit["radius"])
    assert "weight 20.00 %" in lit["text"][-1]


def test_wedges_show_each_different_angle_once():
    graph, around = first(SALT)
    others = one_of_each_angle(around, 0)
    assert around.angles[0, others] == pytest.approx([45, 90, 135, 180], abs=1e-3)
    scene = angle_scene(graph, around, 0)
    assert scene.counts["wedges"] == 4
    bar = scene.payload["colour_bar"]["ticks"]
    assert [tick["text"] for tick in bar] == ["0", "45", "90", "135", "180"]


def test_edges_and_wedges_of_one_angle_have_one_colour():
    graph, around = first(SALT)
    wedges = [
        wedge["colour"] for wedge in angle_scene(graph, around, 0).payload["wedges"]
    ]
    lines = [
        trace.line.color for trace in line_graph(around, 0).data if trace.line.width == 3
    ]
    assert len(lines) == 17
    assert set(lines) == set(wedges)

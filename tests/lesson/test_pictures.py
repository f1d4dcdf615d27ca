"""Pictures and hand-out of the lesson."""

import numpy as np
import pytest

from crysformer.lesson import questions
from crysformer.lesson.experiments import STRETCHES
from crysformer.lesson.figures import (
    block_lines,
    gate_bars,
    gaussian_bars,
    kind_bars,
    line_graph,
    shell_bars,
    softmax_bars,
    stretch_curve,
)
from crysformer.lesson.handout import handout_html, handout_markdown
from crysformer.lesson.scenes import (
    angle_scene,
    cell_scene,
    kind_scene,
    one_of_each_angle,
    shell_scene,
    weight_scene,
)
from crysformer.lesson.steps import GOALS, steps_of
from tests.support.lesson import CONFIG, SALT, first


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


def handout():
    asked = [
        questions.Question(f"Question {k}?", k, f"Because {k}.", unit="%")
        for k in range(1, 10)
    ]
    return handout_markdown(
        "Salt \\<b\\>", "Na1", asked, "?crystal=rock-salt-nacl", steps_of(CONFIG)
    )


def test_the_handout_holds_the_page_s_own_words():
    text = handout()
    for number, step in enumerate(steps_of(CONFIG), 1):
        for words in (step.title, step.idea, step.task, step.watch):
            assert words in text
        assert f"Question {number}?" in text
        assert f"**Answer: {number} %.** Because {number}." in text
    assert all(goal in text for goal in GOALS)
    assert "?crystal=rock-salt-nacl" in text


def test_the_printable_handout_escapes_what_comes_from_a_file():
    page = handout_html("# A\n\n<script>window.hacked = 1</script> & *more*")
    assert "<script>" not in page
    assert "&lt;script&gt;" in page
    assert "<em>more</em>" in page
    assert "@page" in page

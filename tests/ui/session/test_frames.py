"""A file with several crystals on pages that show one: slider, URL, trace."""

import base64
import json

import numpy as np
import pytest

from crysformer.ui.predict import trace
from crysformer.ui.session import state
from crysformer.ui.session.given import token_of
from crysformer.ui.session.text import plain
from tests.support.crystal_files import xyz
from tests.support.pages import ATTENTION, SALT, app, properties, text, upload

RUN = "".join(
    xyz("Cs 0 0 0", "Cl 2 2 2", header=f'Lattice="{a} 0 0 0 {a} 0 0 0 {a}"')
    for a in (4.0, 4.1, 4.2)
).encode()
TOKEN = token_of(RUN)


def slider(test):
    return test.select_slider(key=f"frame_{TOKEN}")


@pytest.fixture
def run(random_weights):
    test = app(crystal=SALT.id)
    upload(test, "run.xyz", RUN)
    return test


def test_the_last_step_is_shown_and_another_can_be_chosen(run):
    assert slider(run).value == 2
    assert run.query_params[state.FRAME] in ("3", ["3"])
    assert "frame 3" in text(run)
    last = properties(run)
    slider(run).set_value(0).run()
    assert not run.exception
    assert run.query_params[state.FRAME] in ("1", ["1"])
    assert properties(run) != last
    run.switch_page(ATTENTION).run()
    assert slider(run).value == 0
    assert "frame 1" in text(run)


def test_a_crystal_of_the_library_takes_the_frame_from_the_url(run):
    run.selectbox(key=state.CRYSTAL_WIDGET).select(SALT.id).run()
    assert state.FRAME not in run.query_params
    assert not run.select_slider


def test_the_url_names_a_frame_and_one_that_is_none_is_said(run):
    run.query_params[state.FRAME] = "2"
    run.run()
    assert slider(run).value == 1
    run.query_params[state.FRAME] = "<b>9"
    run.run()
    assert not run.exception
    assert plain("no frame “<b>9”") in text(run)
    assert slider(run).value == 1


def traced(test):
    [chart] = [
        json.loads(each.proto.spec)
        for each in test.get("plotly_chart")
        if "frame %{x}" in each.proto.spec
    ]
    line = next(each for each in chart["data"] if "hovertemplate" in each)
    return line["x"], np.frombuffer(base64.b64decode(line["y"]["bdata"])).tolist()


def test_predict_traces_a_property_over_all_frames(run):
    numbers, values = traced(run)
    assert numbers == [1, 2, 3]
    assert len(set(values)) == 3
    slider(run).set_value(0).run()
    assert traced(run) == (numbers, values)
    key = next(key for key in properties(run) if key != "formation_energy_peratom")
    run.selectbox(key=state.TRACE).select(key).run()
    assert traced(run)[1] != values


def test_many_atoms_are_predicted_only_when_asked(random_weights, monkeypatch):
    monkeypatch.setattr(trace, "MAX_ATOMS_UNASKED", 5)
    test = app(crystal=SALT.id)
    other = RUN.replace(b"4.1", b"4.15")
    upload(test, "other.xyz", other)
    [button] = [each for each in test.button if "all 3 frames" in each.label]
    button.click().run()
    assert not test.exception
    assert traced(test)[0] == [1, 2, 3]

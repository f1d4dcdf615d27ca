"""Choosing a crystal: by URL, from the library, from files and from text."""

import pytest

from crysformer.model.config import DEFAULT_MODEL
from crysformer.ui.session import state
from crysformer.ui.session.given import token_of
from crysformer.ui.session.text import plain
from tests.support.pages import (
    ATTENTION,
    LIBRARY,
    POSCAR,
    SALT,
    SILICON,
    app,
    properties,
    tables,
    text,
)
from tests.support.random_model import save_random


def test_an_unknown_crystal_in_the_url_is_said(random_weights):
    test = app(crystal="<b>unobtainium</b>")
    assert plain("no crystal called “<b>unobtainium</b>”") in text(test)
    assert test.session_state[state.CRYSTAL] in LIBRARY


def test_the_url_names_the_model_and_an_unknown_one_is_said(random_weights):
    test = app(crystal=SALT.id)
    assert test.query_params[state.MODEL] == DEFAULT_MODEL
    assert not test.warning
    test = app(crystal="unobtainium", model="<b>oracle</b>")
    assert plain("no model called “<b>oracle</b>”") in text(test)
    assert plain("no crystal called “unobtainium”") in text(test)
    assert test.query_params[state.MODEL] == DEFAULT_MODEL


def test_one_of_several_models_can_be_chosen(tmp_path, monkeypatch):
    save_random(tmp_path)
    save_random(tmp_path, "second", seed=1)
    monkeypatch.setenv("CRYSFORMER_WEIGHTS", str(tmp_path))
    test = app(crystal=SALT.id)
    assert f"**{plain(DEFAULT_MODEL)}**" in text(test)
    first = properties(test)
    test.selectbox(key=state.MODEL_WIDGET).select("second").run()
    assert not test.exception
    assert "**second**" in text(test)
    assert set(properties(test)) == set(first)
    assert properties(test) != first
    assert test.query_params[state.MODEL] == "second"
    test.switch_page(ATTENTION).run()
    assert "**second**" in text(test)
    test = app(ATTENTION, crystal=SALT.id, model="second")
    assert "**second**" in text(test)
    assert test.selectbox(key=state.MODEL_WIDGET).value == "second"


def test_a_single_model_needs_no_choice(random_weights):
    test = app(crystal=SALT.id)
    assert state.MODEL_WIDGET not in [box.key for box in test.selectbox]


@pytest.mark.parametrize("page", [None, ATTENTION])
def test_bad_settings_in_the_url_fall_back(random_weights, page):
    test = app(
        page,
        crystal=SALT.id,
        style="x",
        na="999",
        block="77",
        top="-1",
        bond="9999999",
        module="?",
    )
    assert not test.exception


def test_the_crystal_survives_a_page_switch(random_weights):
    test = app(ATTENTION, crystal=SILICON.id)
    assert test.session_state[state.CRYSTAL] == SILICON.id
    assert test.query_params[state.CRYSTAL] == SILICON.id
    assert plain(SILICON.name) in text(test)


def test_choosing_a_crystal_changes_the_url(random_weights):
    test = app(crystal=SALT.id)
    test.selectbox(key=state.CRYSTAL_WIDGET).select(SILICON.id).run()
    assert test.query_params[state.CRYSTAL] == SILICON.id


def test_an_uploaded_crystal_is_no_named_one_in_the_url(random_weights):
    test = app(crystal=SALT.id)
    test.file_uploader(key=state.UPLOAD_WIDGET).upload(
        "<i>CsCl</i>.vasp", POSCAR.encode()
    ).run()
    assert not test.exception
    assert state.CRYSTAL not in test.query_params
    assert plain("<i>CsCl</i>.vasp") in text(test)
    facts = next(table for table in tables(test) if "Fact" in table).set_index("Fact")
    assert facts.loc["Space group", "Value"].endswith("(221)")
    test.switch_page(ATTENTION).run()
    assert plain("<i>CsCl</i>.vasp") in text(test)
    token = token_of(POSCAR.encode())
    assert test.query_params[state.UPLOAD] in (token, [token])
    # A reload is another session, without the file.
    later = app(upload=token)
    assert "file from a session that has ended" in text(later)
    assert later.session_state[state.CRYSTAL] == SALT.id
    assert state.UPLOAD not in later.query_params


def test_a_broken_file_is_a_sentence_and_nothing_changes(random_weights):
    test = app(crystal=SALT.id)
    test.file_uploader(key=state.UPLOAD_WIDGET).upload("notes.txt", b"dear diary").run()
    assert "notes" in test.error[0].value
    assert "format" in test.error[0].value
    assert test.session_state[state.CRYSTAL] == SALT.id


def test_pasted_text_is_read(random_weights):
    test = app(crystal=SALT.id)
    test.text_area(key=state.PASTE_WIDGET).input(POSCAR)
    next(
        button for button in test.button if button.label == "Use this crystal"
    ).click().run()
    assert "Pasted CsCl" in text(test)

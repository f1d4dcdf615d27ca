"""The pages without a browser: what they say, and what they remember."""

import io
import sys
import zipfile
from importlib.util import find_spec
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from crysformer.errors import StructureError
from crysformer.library import load_library
from crysformer.predict import Predictor
from crysformer.ui import loaders, state
from crysformer.ui.frame import plain
from crysformer.ui.picker import MAX_SENTENCES
from crysformer.ui.tables import readable

ROOT = Path(__file__).parents[1]
ATTENTION = "pages/1_Attention.py"
LIBRARY = load_library()
SALT, SILICON = LIBRARY["rock-salt-nacl"], LIBRARY["diamond-si"]
POSCAR = """CsCl
1.0
4.12 0 0
0 4.12 0
0 0 4.12
Cs Cl
1 1
Direct
0 0 0
0.5 0.5 0.5
"""


@pytest.fixture
def random_weights(monkeypatch):
    """Put a small network with random weights in the place of the shipped one."""
    from random_model import random_checkpoint

    checkpoint = random_checkpoint()
    monkeypatch.setattr("crysformer.predict.load_checkpoint", lambda *_: checkpoint)
    return checkpoint


@pytest.fixture(autouse=True)
def fresh_caches():
    """Start without what earlier tests left in the caches."""
    st.cache_data.clear()
    st.cache_resource.clear()
    loaders.predictor_ready.clear()


def app(page=None, **query):
    test = AppTest.from_file(ROOT / "app.py", default_timeout=60)
    for name, value in query.items():
        test.query_params[name] = value
    test.run()
    if page:
        test.switch_page(page).run()
    assert not test.exception
    return test


def text(test):
    return "\n".join(
        element.value
        for kind in (test.markdown, test.caption, test.error, test.warning)
        for element in kind
    )


def tables(test):
    return [each.value for kind in (test.dataframe, test.table) for each in kind]


def test_predict_shows_values_with_units_and_errors(random_weights):
    test = app(crystal=SALT.id)
    rows = next(table for table in tables(test) if "Unit" in table).set_index("Property")
    predicted = loaders_prediction(random_weights)
    assert rows.loc["Formation energy", "Unit"] == "eV/atom"
    assert rows.loc["Formation energy", "Validation error"] == "0.12"
    assert rows.loc["Formation energy", "Value"] == f"{predicted:.2f}"
    assert "JARVIS-DFT, OptB88vdW" in text(test)


def loaders_prediction(checkpoint):
    assert Predictor().checkpoint is checkpoint
    return Predictor().predict([SALT.structure()])[0].values["formation_energy_peratom"]


def test_a_negative_modulus_is_shown_as_zero_with_a_note(random_weights):
    test = app(crystal=SALT.id)
    rows = next(table for table in tables(test) if "Unit" in table).set_index("Property")
    assert rows.loc["Bulk modulus (Voigt)", "Value"] == "0"
    assert "Bulk modulus (Voigt): the model says -99" in text(test)


def test_facts_come_from_the_crystal(random_weights):
    test = app(crystal=SALT.id)
    facts = next(table for table in tables(test) if "Fact" in table).set_index("Fact")
    assert facts.loc["Space group", "Value"].endswith("(225)")
    assert facts.loc["Crystal system", "Value"] == "cubic"
    assert facts.loc["Wyckoff positions", "Value"] == "Na 4a, Cl 4b"
    assert facts.loc["Atoms in this cell", "Value"] == "8 (primitive cell: 2)"
    assert float(facts.loc["Density", "Value"].split()[0]) == pytest.approx(
        2.16, abs=0.02
    )


def test_missing_weights_are_a_sentence_and_the_crystal_stays(monkeypatch, tmp_path):
    from crysformer.checkpoint import load_checkpoint

    monkeypatch.setattr(
        "crysformer.predict.load_checkpoint",
        lambda name, root: load_checkpoint(name, tmp_path),
    )
    test = app(crystal=SALT.id)
    assert "There is no model" in text(test)
    assert any("Fact" in table for table in tables(test))


def test_an_unknown_crystal_in_the_url_is_said(random_weights):
    test = app(crystal="<b>unobtainium</b>")
    assert plain("no crystal called “<b>unobtainium</b>”") in text(test)
    assert test.session_state[state.CRYSTAL] in LIBRARY


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


def test_an_uploaded_crystal_is_kept_out_of_the_url(random_weights):
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


def zipped(members):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return stream.getvalue()


def upload(test, name, content):
    test.file_uploader(key=state.UPLOAD_WIDGET).upload(name, content).run()
    assert not test.exception


def test_a_zip_gives_all_its_crystals_and_a_sentence_for_each_bad_file(random_weights):
    test = app(crystal=SALT.id)
    other = POSCAR.replace("4.12", "4.30")
    upload(
        test,
        "many.zip",
        zipped({"one/CsCl.vasp": POSCAR, "bad.cif": "dear diary", "wide.vasp": other}),
    )
    assert [each.name for each in test.session_state[state.UPLOADS].values()] == [
        "one/CsCl.vasp",
        "wide.vasp",
    ]
    assert plain("one/CsCl.vasp") in text(test)
    assert [error.value.startswith("bad") for error in test.error] == [True]


def test_a_zip_of_rubbish_is_a_few_sentences_and_nothing_changes(random_weights):
    test = app(crystal=SALT.id)
    upload(test, "many.zip", zipped({f"{n}.cif": "dear diary" for n in range(9)}))
    assert len(test.error) == MAX_SENTENCES + 1
    assert test.error[-1].value == plain("4 more files could not be read.")
    assert test.session_state[state.CRYSTAL] == SALT.id


def test_a_zip_in_a_zip_is_refused(random_weights):
    test = app(crystal=SALT.id)
    upload(test, "outer.zip", zipped({"inner.zip": zipped({"a.vasp": POSCAR})}))
    assert "a zip within a zip" in test.error[0].value
    assert not test.session_state[state.UPLOADS]


def test_a_crystal_file_beyond_its_limit_is_refused_unparsed(random_weights, monkeypatch):
    monkeypatch.setattr("crysformer.structures.find_parser", pytest.fail)
    test = app(crystal=SALT.id)
    upload(test, "large.cif", b"data_x" + b" " * 5_000_000)
    assert "larger than 5 MB" in test.error[0].value


def test_uploads_of_a_session_are_bounded(random_weights, monkeypatch):
    monkeypatch.setattr(state, "MAX_UPLOAD_BYTES", 2 * len(POSCAR))
    test = app(crystal=SALT.id)
    for width in ("4.12", "4.20", "4.30"):
        upload(test, f"{width}.vasp", POSCAR.replace("4.12", width).encode())
    kept = [each.name for each in test.session_state[state.UPLOADS].values()]
    assert kept == ["4.20.vasp", "4.30.vasp"]
    assert plain("4.30.vasp") in text(test)


@pytest.mark.parametrize(
    ("page", "method"),
    [(None, "predict"), (ATTENTION, "bond_attention"), (ATTENTION, "pair_attention")],
)
def test_a_failing_model_leaves_the_picture(random_weights, monkeypatch, page, method):
    def refuse(*_):
        raise StructureError("This cell is too empty for 12 neighbours.")

    monkeypatch.setattr(Predictor, method, refuse)
    test = app(page, crystal=SALT.id, graph="Line")
    assert "too empty for 12 neighbours" in text(test)
    assert len(test.get("bidi_component")) == 1


@pytest.mark.skipif(find_spec("stmol") is None, reason="needs requirements.txt's stmol")
@pytest.mark.parametrize("page", [None, ATTENTION])
def test_the_picture_can_be_previewed_with_stmol(random_weights, page):
    test = app(page, crystal=SALT.id)
    test.toggle(key="export_preview").set_value(True).run()
    assert not test.exception
    assert len(test.get("iframe")) == 1


@pytest.mark.parametrize("page", [None, ATTENTION])
def test_the_app_works_without_stmol(random_weights, monkeypatch, page):
    monkeypatch.setitem(sys.modules, "stmol", None)
    test = app(page, crystal=SALT.id)
    test.toggle(key="export_preview").set_value(True).run()
    assert not test.exception
    assert "The preview needs stmol" in text(test)
    assert not test.get("iframe")


@pytest.mark.parametrize(
    ("value", "error", "shown"),
    [
        (-1.87412, 0.0334, "-1.874"),
        (-0.0004, 0.0334, "0.000"),
        (163.42, 10.2, "163"),
        (1637.2, 478.0, "1640"),
        (3.14159, None, "3.14"),
        (3.14159, 0.0, "3.14"),
    ],
)
def test_numbers_have_the_digits_their_error_warrants(value, error, shown):
    assert readable(value, error) == shown


def bond_rows(test):
    return next(table for table in tables(test) if "Value" in table and "From" in table)


def test_attention_sums_to_one_and_settings_change_it(random_weights):
    rows = bond_rows(app(ATTENTION, crystal=SALT.id, scale="Weight"))
    assert rows.groupby("From")["Value"].sum().to_numpy() == pytest.approx(1.0)
    lift = bond_rows(app(ATTENTION, crystal=SALT.id))
    assert lift.groupby("From")["Value"].mean().to_numpy() == pytest.approx(1.0)
    other = bond_rows(
        app(ATTENTION, crystal=SALT.id, module="Conditional", block="2", head="1")
    )
    assert not other["Value"].equals(rows["Value"])


def test_line_graph_lists_the_partners_of_the_picked_bond(random_weights):
    test = app(ATTENTION, crystal=SALT.id, graph="Line", scale="Weight", bond="3")
    rows = bond_rows(test)
    assert "17 bonds that Na1 → Cl" in text(test)
    # Sodium has 6 + 12 neighbours; the bond does not attend to itself.
    assert len(rows) == 17
    assert 3 not in rows["Bond"].tolist()
    assert rows["Value"].sum() == pytest.approx(1.0)
    assert set(rows["Angle"].round(3)) >= {90.0, 180.0, 45.0, 135.0}

"""The batch page without a browser: results, faults, and what it remembers."""

import io
import json

import pandas as pd
import pytest

from crysformer.predict.predictor import Predictor
from crysformer.ui.batch import downloads, example, form, plots, results
from crysformer.ui.batch.job import MAX_OPEN, BatchJob
from crysformer.ui.session import state
from crysformer.ui.session.given import token_of
from crysformer.ui.session.text import plain
from crysformer.workers.pool import Pool
from tests.support.batch import (
    BROKEN,
    CRYSTALS,
    ENERGY,
    FILES,
    MODULUS,
    PAGE,
    TEN,
    Gate,
    failed_files,
    frame_with,
    give,
    page,
    zipped,
)
from tests.support.pages import ATTENTION, text

pytestmark = pytest.mark.usefixtures("random_weights")


def progress(test):
    return " ".join(each.proto.text for each in test.get("progress"))


@pytest.fixture
def predictor():
    return Predictor(device="cpu")


def test_an_empty_page_explains_itself():
    test = page()
    assert "Upload many crystals" in text(test)
    assert not test.dataframe
    give(test)
    assert [each.value for each in test.warning] == [plain("Choose files first.")]


def test_one_broken_file_among_ten_stops_nothing(predictor):
    test = page()
    give(test, *TEN)
    assert "**9 predicted, 1 failed**" in progress(test)
    table = frame_with(test, "formula")
    assert table["file"].tolist() == [name for name, _ in TEN]
    assert table["space_group"].dropna().tolist() == [c.space_group for c in CRYSTALS]
    for crystal, (_, row) in zip(CRYSTALS, table.drop(index=4).iterrows(), strict=True):
        alone = predictor.predict([crystal.structure()])[0]
        assert row[ENERGY] == pytest.approx(alone.values[ENERGY], rel=1e-4, abs=1e-5)
    failed = failed_files(test)
    assert failed["File"].tolist() == ["<b>notes</b>.txt"]
    assert "format" in failed["Reason"][0]
    # Names of files stand in tables, which show text alone; nowhere as Markdown.
    assert "<b>notes" not in text(test)


def test_no_spreadsheet_runs_what_the_table_s_own_toolbar_saves(predictor):
    test = page()
    names = [f"{mark}1+1.cif" for mark in "=+-@\t＝"]
    job = give(test, *((name, FILES[0][1]) for name in names), ("@bad.txt", b"dear"))
    shown = frame_with(test, "formula")
    cleaned = [row.file for row in job.rows]
    assert cleaned[:4] == names[:4]
    assert shown["file"].tolist() == [
        name if name[0] in "1_" else f"'{name}" for name in cleaned
    ]
    assert shown["error"].tolist()[-1].startswith("'@bad.txt is not")
    assert failed_files(test)["File"].tolist() == ["@bad.txt"]
    assert "'=1+1.cif" in downloads.csv_file(job).decode()
    listed = json.loads(downloads.json_file(job))
    assert [answer["file"] for answer in listed] == cleaned


def test_numbers_below_zero_are_shown_as_zero_and_said(predictor):
    test = page()
    job = give(test, *FILES[:2])
    assert frame_with(test, "formula")[MODULUS].tolist() == [0.0, 0.0]
    assert "shown as 0" in text(test)
    assert pd.read_csv(io.BytesIO(downloads.csv_file(job)))[MODULUS].max() < -900


def test_an_order_holds_on_other_pages_and_keeps_the_picked_crystal():
    test = page()
    job = give(test, *TEN)
    job.selected = 5
    test.selectbox(key=state.SORT).set_value(ENERGY)
    test.toggle(key=state.DESCENDING).set_value(True).run()
    table = frame_with(test, "formula")
    shown = table[ENERGY].dropna()
    assert shown.is_monotonic_decreasing
    assert shown.iloc[0] > shown.iloc[-1]
    assert table.index[-1] == 4  # the broken file has no number
    picked = test.session_state[results.TABLE]["selection"]["rows"]
    assert table.index[picked].tolist() == [5]
    test.switch_page(ATTENTION).run()
    test.switch_page(PAGE).run()
    assert test.selectbox(key=state.SORT).value == ENERGY
    assert frame_with(test, "formula").index.tolist() == table.index.tolist()


def test_a_zip_gives_its_members_and_a_bad_zip_its_sentence():
    test = page()
    give(test, ("many.zip", zipped(*FILES[:2])), ("bad.zip", zipped(*FILES[:2])[:-40]))
    table = frame_with(test, "formula")
    names = [f"many.zip/{name}" for name, _ in FILES[:2]]
    assert table["file"].tolist() == [*names, "bad.zip"]
    assert "damaged zip" in failed_files(test)["Reason"][0]


def test_results_and_settings_survive_a_page_switch():
    test = page()
    give(test, *FILES[:3])
    test.selectbox(key=plots.X).select("optb88vdw_bandgap").run()
    test.switch_page(ATTENTION).run()
    test.switch_page(PAGE).run()
    assert not test.exception
    assert len(frame_with(test, "formula")) == 3
    assert test.selectbox(key=plots.X).value == "optb88vdw_bandgap"


def test_the_picked_crystal_opens_on_the_first_page():
    test = page()
    job = give(test, *TEN)
    job.selected = 5
    test.run()
    assert f"Picked: **{CRYSTALS[4].formula}**" in text(test)
    # With a setting in the URL, Streamlit refuses to clear it.
    test.toggle(key=state.DESCENDING).set_value(True).run()
    test.button(key=results.OPEN).click().run()
    assert not test.exception
    assert test.session_state[state.CRYSTAL] == token_of(TEN[5][1])
    assert plain(TEN[5][0]) in text(test)


def test_a_failed_file_can_be_picked_but_not_opened():
    test = page()
    job = give(test, *TEN)
    job.selected = 4
    test.run()
    assert plain("<b>notes</b>.txt") in text(test)
    assert results.OPEN not in [button.key for button in test.button]


def test_the_plots_are_there_and_say_what_they_show():
    test = page()
    give(test, *TEN)
    charts = [each.proto for each in test.get("plotly_chart")]
    alts = [chart.alt for chart in charts]
    assert len(charts) == 3
    assert alts[0] == (
        "Band gap (eV) against Formation energy (eV/atom), one point per crystal, "
        "coloured by Bulk modulus (Voigt) (GPa)"
    )
    assert alts[1].startswith("Histogram of Formation energy (eV/atom): 9 crystals from")
    test.selectbox(key=plots.ELEMENTS).select(ENERGY).run()
    assert "Mean of Formation energy (eV/atom)" in test.get("plotly_chart")[2].proto.alt


def test_an_example_set_needs_no_files():
    test = page()
    assert "Crystal  " not in "".join(each.value for each in test.sidebar.caption)
    test.button(key=form.EXAMPLE).click().run()
    test.session_state[state.BATCH].wait(60)
    test.run()
    assert f"**{example.COUNT} predicted**" in progress(test)
    table = frame_with(test, "formula")
    assert table["formula"].nunique() > 25
    assert table["error"].eq("").all()
    said = "".join(each.value for each in test.sidebar.caption)
    assert "30 crystals" in said
    assert "not loaded yet" not in said


def test_without_a_single_crystal_there_is_no_plot():
    test = page()
    give(test, BROKEN)
    assert "**0 predicted, 1 failed**" in progress(test)
    assert not test.get("plotly_chart")


def test_missing_weights_are_a_sentence(monkeypatch, tmp_path):
    monkeypatch.setenv("CRYSFORMER_WEIGHTS", str(tmp_path))
    test = page()
    assert give(test, *FILES[:1]) is None
    assert "There is no model" in text(test)


def test_a_batch_goes_on_while_other_pages_are_read_and_can_be_cancelled():
    test = page()
    gate = Gate(give(test, *FILES[:1]).predictor)
    uploader = test.file_uploader(key=form.FILES)
    uploader.set_value([(name, content, "text/plain") for name, content in FILES])
    test.button(key=form.SUBMIT).click().run()
    job = test.session_state[state.BATCH]
    assert gate.reached.wait(30)
    assert job.running
    assert results.CANCEL in [button.key for button in test.button]
    assert job.remaining_seconds() is None
    test.switch_page(ATTENTION).run()
    test.switch_page(PAGE).run()
    assert job.running
    test.button(key=results.CANCEL).click().run()
    assert test.button(key=results.CANCEL).disabled
    gate.open.set()
    job.wait(30)
    test.run()
    assert not test.exception
    assert not job.running
    assert "Cancelled after 0 of 9 crystals: 0 predicted" in progress(test)
    assert results.CANCEL not in [button.key for button in test.button]


def test_another_batch_takes_the_place_of_the_first():
    test = page()
    first = give(test, *FILES[:2])
    second = give(test, *FILES[2:5])
    assert second is not first
    assert first.cancelled
    assert len(frame_with(test, "formula")) == 3


def test_an_ordered_approximation_opens_as_what_it_is():
    mixed = FILES[0][1].replace(b"  1\n", b"  0.5\n")
    test = page()
    test.checkbox(key=form.ORDER).check()
    job = give(test, ("mixed.cif", mixed))
    job.selected = 0
    test.run()
    test.button(key=results.OPEN).click().run()
    assert not test.exception
    assert plain("mixed.cif (ordered approximation)") in text(test)
    assert plain("mixed.cif is disordered; this is an ordered") in test.info[0].value


def test_a_busy_server_is_a_sentence(predictor):
    gate = Gate(predictor)
    jobs = [BatchJob(FILES[:1], predictor, Pool(0)) for _ in range(MAX_OPEN)]
    test = page()
    assert give(test, *FILES[:1]) is None
    assert f"already has {MAX_OPEN} batches" in text(test)
    gate.open.set()
    for job in jobs:
        job.wait(60)

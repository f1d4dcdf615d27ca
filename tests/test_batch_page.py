"""The batch page without a browser: results, faults, limits, and what it remembers."""

import io
import json
import threading
import zipfile
from pathlib import Path

import pandas as pd
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from crysformer.archive import MAX_BYTES
from crysformer.errors import StructureError
from crysformer.library import load_library
from crysformer.predict import Predictor
from crysformer.ui import batch, batch_downloads, batch_plots, loaders, state
from crysformer.ui.batch_job import MAX_FILES, BatchJob, archive_names, gather
from crysformer.ui.frame import plain
from tests.random_model import random_checkpoint

ROOT = Path(__file__).parents[1]
PAGE, ATTENTION = "pages/3_Batch.py", "pages/1_Attention.py"
CRYSTALS = list(load_library().values())[:9]
FILES = [(f"{c.id}.cif", c.structure().to(fmt="cif").encode()) for c in CRYSTALS]
BROKEN = ("<b>notes</b>.txt", b"dear diary")
TEN = [*FILES[:4], BROKEN, *FILES[4:]]
ENERGY, MODULUS = "formation_energy_peratom", "bulk_modulus_kv"


@pytest.fixture(autouse=True)
def fresh(monkeypatch):
    checkpoint = random_checkpoint()
    monkeypatch.setattr("crysformer.predict.load_checkpoint", lambda *_: checkpoint)
    st.cache_data.clear()
    st.cache_resource.clear()
    loaders.predictor_ready.clear()


@pytest.fixture
def predictor():
    return Predictor(device="cpu")


def zipped(*files):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files:
            archive.writestr(name, content)
    return stream.getvalue()


def page():
    test = AppTest.from_file(ROOT / "app.py", default_timeout=60)
    test.run().switch_page(PAGE).run()
    assert not test.exception
    return test


def give(test, *files):
    uploader = test.file_uploader(key=batch.FILES)
    uploader.set_value([(name, content, "text/plain") for name, content in files])
    test.button(key=batch.SUBMIT).click().run()
    assert not test.exception
    job = test.session_state[batch.JOB]
    if job:
        job.wait(60)
        test.run()
        assert not test.exception
    return job


def text(test):
    kinds = (test.markdown, test.caption, test.error, test.warning)
    return "\n".join(element.value for kind in kinds for element in kind)


def frame_with(test, column):
    return next(each.value for each in test.dataframe if column in each.value)


def test_an_empty_page_explains_itself():
    test = page()
    assert "Drop many crystals" in text(test)
    assert not test.dataframe
    give(test)
    assert [each.value for each in test.warning] == [plain("Choose files first.")]


def test_one_broken_file_among_ten_stops_nothing(predictor):
    test = page()
    give(test, *TEN)
    assert "10 of 10 crystals, 1 failed" in text(test)
    table = frame_with(test, "formula")
    assert table["file"].tolist() == [name for name, _ in TEN]
    assert table["space_group"].dropna().tolist() == [c.space_group for c in CRYSTALS]
    for crystal, (_, row) in zip(CRYSTALS, table.drop(index=4).iterrows(), strict=True):
        alone = predictor.predict([crystal.structure()])[0]
        assert row[ENERGY] == pytest.approx(alone.values[ENERGY], rel=1e-4, abs=1e-5)
    failed = frame_with(test, "Reason")
    assert failed["File"].tolist() == ["<b>notes</b>.txt"]
    assert "format" in failed["Reason"][0]
    # Names of files stand in tables, which show text alone; nowhere as Markdown.
    assert "<b>notes" not in text(test)


def test_numbers_below_zero_are_shown_as_zero_and_said(predictor):
    test = page()
    job = give(test, *FILES[:2])
    assert frame_with(test, "formula")[MODULUS].tolist() == [0.0, 0.0]
    assert "shown as 0" in text(test)
    assert pd.read_csv(io.BytesIO(batch_downloads.csv_file(job)))[MODULUS].max() < -900


def test_a_zip_gives_its_members_and_a_bad_zip_its_sentence():
    test = page()
    give(test, ("many.zip", zipped(*FILES[:2])), ("bad.zip", zipped(*FILES[:2])[:-40]))
    table = frame_with(test, "formula")
    names = [f"many.zip/{name}" for name, _ in FILES[:2]]
    assert table["file"].tolist() == [*names, "bad.zip"]
    assert "damaged zip" in frame_with(test, "Reason")["Reason"][0]


def test_results_and_settings_survive_a_page_switch():
    test = page()
    give(test, *FILES[:3])
    test.selectbox(key=batch_plots.X).select("optb88vdw_bandgap").run()
    test.switch_page(ATTENTION).run()
    test.switch_page(PAGE).run()
    assert not test.exception
    assert len(frame_with(test, "formula")) == 3
    assert test.selectbox(key=batch_plots.X).value == "optb88vdw_bandgap"


def test_the_picked_crystal_opens_on_the_first_page():
    test = page()
    job = give(test, *TEN)
    job.selected = 5
    test.run()
    assert f"Picked: **{CRYSTALS[4].formula}**" in text(test)
    test.button(key=batch.OPEN).click().run()
    assert not test.exception
    assert test.session_state[state.CRYSTAL] == state.token_of(TEN[5][1])
    assert plain(TEN[5][0]) in text(test)


def test_a_failed_file_can_be_picked_but_not_opened():
    test = page()
    job = give(test, *TEN)
    job.selected = 4
    test.run()
    assert plain("<b>notes</b>.txt") in text(test)
    assert batch.OPEN not in [button.key for button in test.button]


def test_the_plots_are_there_and_say_what_they_show():
    test = page()
    give(test, *TEN)
    charts = [each.proto for each in test.get("plotly_chart")]
    alts = [chart.alt for chart in charts]
    assert len(charts) == 3
    assert alts[0].startswith("Histogram of Formation energy (eV/atom): 9 crystals from")
    assert alts[1].startswith("Band gap (eV) over Formation energy (eV/atom)")
    test.selectbox(key=batch_plots.ELEMENTS).select(ENERGY).run()
    assert "Mean of Formation energy (eV/atom)" in test.get("plotly_chart")[2].proto.alt


def test_without_a_single_crystal_there_is_no_plot():
    test = page()
    give(test, BROKEN)
    assert "1 of 1 crystals, 1 failed" in text(test)
    assert not test.get("plotly_chart")


def test_missing_weights_are_a_sentence(monkeypatch, tmp_path):
    from crysformer.checkpoint import load_checkpoint

    monkeypatch.setattr(
        "crysformer.predict.load_checkpoint",
        lambda name, root: load_checkpoint(name, tmp_path),
    )
    test = page()
    assert give(test, *FILES[:1]) is None
    assert "There is no model" in text(test)


class Gate:
    """Holds a batch where a test wants it."""

    def __init__(self, monkeypatch):
        self.open = threading.Event()
        self.reached = threading.Event()
        predict = Predictor.predict

        def held(predictor, structures):
            self.reached.set()
            self.open.wait(30)
            return predict(predictor, structures)

        monkeypatch.setattr(Predictor, "predict", held)
        monkeypatch.setattr("crysformer.screen._BATCH_CRYSTALS", 2)


def test_a_batch_goes_on_while_other_pages_are_read_and_can_be_cancelled(monkeypatch):
    test = page()
    gate = Gate(monkeypatch)
    uploader = test.file_uploader(key=batch.FILES)
    uploader.set_value([(name, content, "text/plain") for name, content in FILES])
    test.button(key=batch.SUBMIT).click().run()
    job = test.session_state[batch.JOB]
    assert gate.reached.wait(30)
    assert job.running
    assert batch.CANCEL in [button.key for button in test.button]
    assert job.remaining_seconds() is None
    test.switch_page(ATTENTION).run()
    test.switch_page(PAGE).run()
    assert job.running
    test.button(key=batch.CANCEL).click().run()
    assert test.button(key=batch.CANCEL).disabled
    gate.open.set()
    job.wait(30)
    test.run()
    assert not test.exception
    assert not job.running
    assert "Cancelled after 0 of 9 crystals" in text(test)
    assert batch.CANCEL not in [button.key for button in test.button]


def test_results_come_while_the_batch_runs(monkeypatch, predictor):
    gate = Gate(monkeypatch)
    seen = []
    predict = Predictor.predict

    def second(predictor, structures):
        seen.append(len(job.rows))
        return predict(predictor, structures)

    job = BatchJob(FILES, predictor)
    assert gate.reached.wait(30)
    monkeypatch.setattr(Predictor, "predict", second)
    gate.open.set()
    job.wait(30)
    assert seen == [2, 4, 6, 8]
    assert len(job.rows) == 9
    assert job.remaining_seconds() == 0
    assert not job.cancelled


def test_another_batch_takes_the_place_of_the_first():
    test = page()
    first = give(test, *FILES[:2])
    second = give(test, *FILES[2:5])
    assert second is not first
    assert first.cancelled
    assert len(frame_with(test, "formula")) == 3


def test_everything_is_in_the_zip_under_harmless_names(predictor):
    files = [
        *FILES[:2],
        ("../../etc/x.cif", FILES[2][1]),
        ("ETC/x.cif", FILES[3][1]),
        ("a<b>:c.txt", b"dear diary"),
        ("bad.zip", StructureError("bad.zip is a damaged zip")),
    ]
    job = BatchJob(files, predictor)
    job.wait(60)
    with zipfile.ZipFile(io.BytesIO(batch_downloads.zip_file(job))) as archive:
        names = archive.namelist()
        assert archive.read(f"files/{FILES[0][0]}") == FILES[0][1]
        answers = json.loads(archive.read("crystals.json"))
        meaning = json.loads(archive.read("units.json"))
        table = pd.read_csv(io.BytesIO(archive.read("crystals.csv")))
    assert names[3:] == [
        f"files/{FILES[0][0]}",
        f"files/{FILES[1][0]}",
        "files/etc/x.cif",
        "files/ETC/4-x.cif",
        "files/a_b__c.txt",
    ]
    assert [found["file"] for found in answers] == [name for name, _ in files]
    assert ["error" in found for found in answers] == [False] * 4 + [True] * 2
    assert meaning["columns"][MODULUS]["unit"] == "GPa"
    assert len(table) == 6


def test_names_in_the_zip_never_meet():
    assert archive_names(["a", "A", "a"]) == ["a", "2-A", "3-a"]
    assert archive_names(["", "../.."]) == ["unnamed", "2-unnamed"]


def test_limits_are_said_with_their_values():
    files = [(f"{n}.cif", b"x") for n in range(MAX_FILES + 1)]
    inputs, sentences = gather(files)
    assert len(inputs) == MAX_FILES
    assert sentences == ["Only the first 500 of 501 files are taken."]
    big = bytes(MAX_BYTES // 4)
    inputs, sentences = gather([(f"{n}.cif", big) for n in range(6)])
    assert len(inputs) == 4
    assert "first 4 of 6 crystals" in sentences[0]
    assert "1000, and 50 MB" in sentences[0]


def test_names_of_uploads_lose_what_is_no_text():
    ((name, _),), _ = gather([("a\x1b[31m\u202e/../b.cif", b"x")])
    assert name == "a[31m/b.cif"

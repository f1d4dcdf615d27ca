"""What the tests of the batch page need: files, a page to give them to, and a gate."""

import io
import threading
import zipfile

from streamlit.testing.v1 import AppTest

from crysformer.library.catalogue import load_library
from crysformer.ui.batch import form
from crysformer.ui.session import state
from tests.support.pages import ROOT, block_tables

PAGE = "pages/3_Batch.py"
CRYSTALS = list(load_library().values())[:9]
FILES = [(f"{c.id}.cif", c.structure().to(fmt="cif").encode()) for c in CRYSTALS]
BROKEN = ("<b>notes</b>.txt", b"dear diary")
TEN = [*FILES[:4], BROKEN, *FILES[4:]]
ENERGY, MODULUS = "formation_energy_peratom", "bulk_modulus_kv"


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
    uploader = test.file_uploader(key=form.FILES)
    uploader.set_value([(name, content, "text/plain") for name, content in files])
    test.button(key=form.SUBMIT).click().run()
    assert not test.exception
    known = state.BATCH in test.session_state
    job = test.session_state[state.BATCH] if known else None
    if job:
        job.wait(60)
        test.run()
        assert not test.exception
    return job


def frame_with(test, column):
    return next(each.value for each in test.dataframe if column in each.value)


def failed_files(test):
    """The table of what could not be predicted, with the reasons."""
    return next(table for table in block_tables(test) if "Reason" in table)


class Gate:
    """Holds the batches of a model where a test wants it; pages go on predicting."""

    def __init__(self, predictor):
        self.open = threading.Event()
        self.reached = threading.Event()
        predictor.model.register_forward_pre_hook(self._hold)

    def _hold(self, *_):
        if threading.current_thread().name == "batch":
            self.reached.set()
            self.open.wait(30)

"""Long computations of a page run in worker processes and are the same there."""

import time

import pytest
import streamlit as st

from crysformer.errors import StructureError
from crysformer.library.catalogue import load_library
from crysformer.ui.session import answers, pool, uploads
from crysformer.workers import size
from tests.support import work
from tests.support.pages import app, properties, text


@pytest.fixture
def one_worker(monkeypatch):
    """Let pages have a process, as the app has."""
    monkeypatch.setenv(size.VARIABLE, "1")
    yield
    st.cache_resource.clear()


def large_poscar():
    """A cell of 64 atoms without symmetry, long enough to be read elsewhere."""
    structure = load_library()["rock-salt-nacl"].structure()
    structure.make_supercell((2, 2, 2))
    structure.perturb(0.05)
    return structure.to(fmt="poscar").encode().ljust(uploads._READ_HERE + 1)


def paste(test, content):
    test.text_area(key="paste_widget").set_value(content.decode())
    [button] = [each for each in test.button if each.label == "Use this crystal"]
    button.click().run(timeout=120)
    assert not test.exception


def test_a_large_upload_is_read_and_predicted_in_a_process(random_weights, one_worker):
    content = large_poscar()
    test = app()
    paste(test, content)
    assert "64 atoms" in text(test)
    there = properties(test)
    assert len(pool.pool()._processes) == 1
    # The same numbers as without a process.
    st.cache_resource.clear()
    st.cache_data.clear()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(size.VARIABLE, "0")
        test = app()
        paste(test, content)
        assert pool.pool()._processes == set()
        assert properties(test) == there


def test_a_file_that_cannot_be_read_there_is_the_same_sentence(one_worker):
    test = app()
    paste(test, b"nothing of a crystal\n" * 1500)
    with pytest.raises(StructureError) as fault:
        uploads.structures.frames.read_frames(b"?", "The pasted text")
    assert str(fault.value) in test.error[0].value.replace("\\", "")
    assert len(pool.pool()._processes) == 1


def test_the_page_says_its_place_in_the_queue(one_worker):
    said = []
    first = pool.pool().submit(work.sleep, 0.6, deadline=20)
    second = pool.pool().submit(work.sleep, 0.3, deadline=20)
    while pool.pool().place(first):
        time.sleep(0.01)
    assert pool.answer_of(second, lambda share, what: said.append(what)) == 0.3
    assert said[0] == "Waiting for the server: place 1 in its queue…"
    assert said[-1] == "Waiting…"


def test_equal_questions_of_two_sessions_are_worked_out_once(random_weights, monkeypatch):
    asked = []
    monkeypatch.setattr(answers, "_WORK_HERE", 0)
    submit = pool.Pool.submit

    def counted(self, *arguments, **options):
        if self.find(options["key"]) is None:
            asked.append(options["key"])
        return submit(self, *arguments, **options)

    monkeypatch.setattr(pool.Pool, "submit", counted)
    one, two = app(), app()
    assert properties(one) == properties(two)
    assert len(asked) == len(set(asked)) == 1

"""The browser's way back: a page, a crystal or a step of the lesson at a time."""

import os
import re
import signal

import pytest

from crysformer.paths import ROOT
from tests.support.browser import POSCAR, attention_facts, scene

SALT, QUARTZ = "rock-salt-nacl", "quartz-sio2"


@pytest.fixture(scope="module")
def server(serve):
    return serve(ROOT / "app.py", random_weights=True)


def open_link(page, name):
    page.get_by_role("link", name=name).click()
    page.wait_for_url(re.compile(f"/{name}\\?"))


def test_one_step_back_is_one_page_back(browse):
    page = browse(f"/?crystal={SALT}")
    scene(page)
    open_link(page, "Attention")
    attention_facts(page)
    page.get_by_text("Conditional", exact=True).first.click()
    page.wait_for_url(re.compile("module=Conditional"))
    open_link(page, "Learn")
    page.get_by_role("button", name="Neighbours").click()
    page.wait_for_url(re.compile("step=2"))
    page.get_by_text("2 · Each atom looks").wait_for()
    page.go_back()
    page.get_by_text("1 · A small cell repeats").wait_for()
    page.go_back()
    page.wait_for_url(re.compile("/Attention"))
    attention_facts(page)
    page.wait_for_url(re.compile("module=Conditional"))
    page.go_back()
    page.wait_for_url(re.compile(r"/\?"))
    page.locator("table.properties").wait_for()
    assert f"crystal={SALT}" in page.url


def test_a_setting_that_the_server_never_heard_of_is_there_on_the_way_back(
    browse, server
):
    """A server that is busy gets the click on a link before the page ran once more."""
    page = browse(f"/Attention?crystal={SALT}")
    attention_facts(page)
    page.get_by_text("Verdict").or_(page.get_by_text("Whole test")).first.wait_for()
    os.kill(server.pid, signal.SIGSTOP)
    try:
        page.get_by_text("Conditional", exact=True).first.click()
        page.wait_for_url(re.compile("module=Conditional"))
        page.get_by_role("link", name="Model").click()
        page.wait_for_timeout(500)
    finally:
        os.kill(server.pid, signal.SIGCONT)
    page.wait_for_url(re.compile("/Model"))
    page.get_by_text("Model card").wait_for()
    page.go_back()
    page.wait_for_url(re.compile("/Attention.*module=Conditional"))
    attention_facts(page)
    page.wait_for_timeout(2000)
    assert "module=Conditional" in page.url


def test_one_step_back_from_a_crystal_of_a_batch_is_the_batch(browse):
    page = browse("/Batch")
    page.locator('[data-testid="stFileUploader"] input').first.set_input_files(
        {"name": "one.vasp", "mimeType": "text/plain", "buffer": POSCAR}
    )
    page.get_by_role("button", name="Predict all").click()
    page.get_by_text("1 predicted").wait_for()
    grid = page.locator('[data-testid="stDataFrame"] canvas').first.bounding_box()
    page.mouse.click(grid["x"] + 12, grid["y"] + 50)
    page.get_by_role("button", name="Open in Predict").click()
    page.wait_for_url(re.compile(r"/\?.*upload="))
    page.locator("table.properties").wait_for()
    page.go_back()
    page.wait_for_url(re.compile("/Batch"))
    page.get_by_text("1 predicted").wait_for()


def test_a_lesson_that_opens_is_one_entry(browse):
    page = browse(f"/?crystal={SALT}")
    scene(page)
    entries = page.evaluate("history.length")
    open_link(page, "Learn")
    page.wait_for_url(re.compile("atom="))
    page.get_by_text("1 · A small cell repeats").wait_for()
    assert page.evaluate("history.length") == entries + 1
    page.go_back()
    page.wait_for_url(re.compile(r"/\?"))
    page.locator("table.properties").wait_for()


def test_a_link_to_a_file_of_another_session_says_so(browse):
    page = browse("/?upload=upload-0123456789ab")
    page.get_by_text("file from a session that has ended").wait_for()
    assert scene(page)["counts"]["atoms"] == 27

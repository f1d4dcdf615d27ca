"""The browser's way back: a page, a crystal or a step of the lesson at a time."""

import re

import pytest

from crysformer.paths import ROOT
from tests.support.browser import scene, wait_for_scene

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
    wait_for_scene(page, lambda facts: facts["layer"] == "Model edges", 60)
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
    wait_for_scene(page, lambda facts: facts["layer"] == "Model edges", 60)
    page.wait_for_url(re.compile("module=Conditional"))
    page.go_back()
    page.wait_for_url(re.compile(r"/\?"))
    page.locator("table.properties").wait_for()
    assert f"crystal={SALT}" in page.url


def test_a_link_to_a_file_of_another_session_says_so(browse):
    page = browse("/?upload=upload-0123456789ab")
    page.get_by_text("file from a session that has ended").wait_for()
    assert scene(page)["counts"]["atoms"] == 27

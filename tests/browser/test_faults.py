"""A server that dies, a line that is cut: what was there is there again, or is said."""

import pytest
from playwright.sync_api import expect

from tests.support.browser import open_panel
from tests.support.faults import Line, MortalServer
from tests.support.pages import POSCAR

SECONDS = 60_000


@pytest.fixture
def mortal(tmp_path):
    server = MortalServer(tmp_path / "log.txt")
    yield server
    server.kill()


@pytest.fixture
def line(mortal):
    line = Line(mortal.port)
    yield line
    line.close()


def give(page, name, text):
    """Upload a crystal on a page that has a picker."""
    open_panel(page)
    page.locator("input[type=file]").first.set_input_files(
        {"name": name, "mimeType": "text/plain", "buffer": text.encode()}
    )


def title(page):
    return page.get_by_role("heading", level=1)


def test_a_tab_that_slept_keeps_its_crystal(open_page, line):
    page, _ = open_page()
    page.goto(line.url)
    give(page, "mine.vasp", POSCAR)
    expect(title(page)).to_have_text("CsCl", timeout=SECONDS)
    line.cut()
    page.wait_for_timeout(3000)
    line.mend()
    page.get_by_role("link", name="Attention").click(timeout=SECONDS)
    expect(title(page)).to_have_text("CsCl", timeout=SECONDS)
    expect(page.get_by_text("mine.vasp").first).to_be_visible(timeout=SECONDS)


def test_a_dead_server_comes_back_with_the_crystal_of_the_link(open_page, mortal):
    page, _ = open_page()
    page.goto(f"{mortal.url}/?crystal=rutile-tio2")
    expect(title(page)).to_have_text("TiO₂", timeout=SECONDS)
    mortal.kill()
    mortal.start()
    expect(title(page)).to_have_text("TiO₂", timeout=SECONDS)
    page.get_by_role("link", name="Attention").click(timeout=SECONDS)
    expect(title(page)).to_have_text("TiO₂", timeout=SECONDS)


def test_files_that_died_with_the_server_are_said_to_be_gone(open_page, mortal):
    page, _ = open_page()
    page.goto(mortal.url)
    give(page, "mine.vasp", POSCAR)
    expect(title(page)).to_have_text("CsCl", timeout=SECONDS)
    mortal.kill()
    mortal.start()
    page.reload()
    expect(page.get_by_text("The files of this tab are gone")).to_be_visible(
        timeout=SECONDS
    )


def test_a_batch_that_died_with_the_server_is_said_to_be_gone(open_page, mortal):
    page, _ = open_page()
    page.goto(f"{mortal.url}/Batch")
    page.get_by_role("button", name="textbook crystals").click(timeout=SECONDS)
    expect(page.get_by_text("predicted").first).to_be_visible(timeout=SECONDS)
    mortal.kill()
    mortal.start()
    page.reload()
    expect(page.get_by_text("The files of this tab are gone")).to_be_visible(
        timeout=SECONDS
    )

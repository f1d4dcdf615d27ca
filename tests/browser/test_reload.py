"""A reload keeps what a tab was given, and only that tab has it."""

import re

import pytest

from crysformer.paths import ROOT
from tests.support.browser import POSCAR, scene, upload, wait_for_scene
from tests.support.crystal_files import xyz

SALT = "rock-salt-nacl"
RUN = "".join(
    xyz("Cs 0 0 0", "Cl 2 2 2", header=f'Lattice="{a} 0 0 0 {a} 0 0 0 {a}"')
    for a in (4.0, 4.1, 4.2)
).encode()


@pytest.fixture(scope="module")
def server(serve):
    return serve(ROOT / "app.py", random_weights=True)


def test_files_of_a_tab_outlive_a_reload(browse):
    page = browse(f"/?crystal={SALT}")
    scene(page)
    upload(page, "mine.vasp", POSCAR)
    page.wait_for_url(re.compile("upload="))
    page.get_by_text("mine.vasp").first.wait_for()
    page.reload()
    page.get_by_role("heading", name="CsCl").wait_for()
    assert wait_for_scene(page, lambda facts: facts["counts"]["atoms"] < 20)
    assert page.get_by_text("session that has ended").count() == 0
    # Nor is it lost where another crystal was shown.
    page.goto(re.sub(r"\?.*", f"?crystal={SALT}", page.url))
    scene(page)
    page.locator(".st-key-title_row input").first.click()
    page.get_by_role("option", name=re.compile("mine.vasp")).wait_for()


def test_another_tab_cannot_open_them(browse):
    page = browse(f"/?crystal={SALT}")
    scene(page)
    upload(page, "mine.vasp", POSCAR)
    page.wait_for_url(lambda url: "upload=" in url and "crystal=" not in url)
    link = page.url.partition("?")[2]
    other = browse(f"/?{link}")
    other.get_by_text("file from a session that has ended").wait_for()
    assert other.get_by_text("mine.vasp").count() == 0


def test_files_that_are_gone_are_said_to_be(browse):
    """As after a restart: the tab remembers a word that the server does not know."""
    page = browse(f"/?crystal={SALT}")
    scene(page)
    page.evaluate("sessionStorage.setItem('crysformer-files', 'of-another-server')")
    page.reload()
    page.get_by_text("The files of this tab are gone").wait_for()
    word = page.evaluate("sessionStorage.getItem('crysformer-files')")
    assert word != "of-another-server"
    page.reload()
    scene(page)
    page.locator("table.properties").wait_for()
    assert page.get_by_text("The files of this tab are gone").count() == 0


def test_a_frame_is_chosen_by_slider_and_kept_by_the_url(browse):
    page = browse(f"/?crystal={SALT}")
    scene(page)
    upload(page, "run.xyz", RUN)
    page.wait_for_url(re.compile("frame=3"))
    slider = page.get_by_role("slider").first
    slider.wait_for()
    slider.press("ArrowLeft")
    page.wait_for_url(re.compile("frame=2"))
    page.get_by_text("Over the frames").wait_for()
    page.reload()
    page.get_by_text("run.xyz, frame 2").first.wait_for()
    page.get_by_role("link", name="Attention").click()
    page.wait_for_url(re.compile("/Attention.*frame=2"))
    page.get_by_text("run.xyz, frame 2").first.wait_for()

"""The whole app in a browser: deep links, uploads, pages that fit, safety."""

import json

import pytest

from crysformer.paths import ROOT
from tests.support.browser import (
    ARTIFACTS,
    CIF,
    NASTY,
    POSCAR,
    VIEW,
    XYZ,
    attention_facts,
    colours,
    scene,
    upload,
    wait_for_scene,
)

SALT = "rock-salt-nacl"


@pytest.fixture(scope="module")
def server(serve):
    return serve(ROOT / "app.py", random_weights=True)


def test_deep_link_is_right_as_the_first_request_to_a_fresh_server(browse):
    page = browse(f"/Attention?crystal={SALT}&module=Conditional&scale=Weight&bond=3")
    facts = attention_facts(page)
    assert facts["picked"]["bonds"] == [3]
    assert page.get_by_text("Crysformer Explorer").is_visible()
    assert page.get_by_role("link", name="Predict").is_visible()
    assert page.get_by_text("Attention weight").is_visible()
    for setting in ("module=Conditional", "scale=Weight", f"crystal={SALT}", "bond=3"):
        assert setting in page.url
    assert colours(page) > 500
    page.screenshot(path=ARTIFACTS / "attention_light_1400.png")


def test_predict_shows_crystal_and_numbers(browse):
    page = browse(f"/?crystal={SALT}")
    assert scene(page)["counts"]["atoms"] == 27
    page.locator("table.properties").wait_for()
    page.get_by_text("Bulk modulus (Voigt)").click()
    page.get_by_text("it cannot be negative").wait_for()
    page.wait_for_timeout(500)
    page.screenshot(path=ARTIFACTS / "predict_light_1400.png", full_page=True)


@pytest.mark.parametrize(
    ("name", "content", "atoms"),
    [("x.cif", CIF, 27), (NASTY, POSCAR, 9), ("a.xyz", XYZ, 9)],
)
def test_uploads_are_drawn_and_their_names_stay_text(browse, name, content, atoms):
    page = browse("/")
    before = scene(page)["structure"]
    upload(page, name, content)
    facts = wait_for_scene(page, lambda facts: facts["structure"] != before)
    assert facts["counts"]["atoms"] == atoms
    page.get_by_text(name).first.wait_for()
    assert page.locator("img[src='x']").count() == 0
    page.wait_for_url(lambda url: "crystal=" not in url)


def test_a_broken_file_is_a_sentence(browse):
    page = browse("/")
    before = scene(page)["structure"]
    upload(page, "notes.txt", b"dear diary")
    page.get_by_text("is not in a format that can be read here").wait_for()
    assert scene(page)["structure"] == before


@pytest.mark.parametrize(
    ("width", "scheme"), [(1400, "dark"), (400, "light"), (400, "dark")]
)
def test_pages_fit_their_window(browse, width, scheme):
    for path, name in (("/", "predict"), ("/Attention", "attention")):
        page = browse(f"{path}?crystal={SALT}", width=width, scheme=scheme)
        if name == "attention":
            attention_facts(page)
        else:
            page.locator("table tr", has_text="Formation energy").wait_for()
        assert colours(page) > 300
        # A finger on the view turns the crystal: the page needs room to be scrolled by.
        assert page.locator(VIEW).bounding_box()["height"] <= 1.25 * width + 1
        # Waited for: a run that is still going on may just be drawing the tables anew.
        page.wait_for_function(
            """width => {
                const tables = [...document.querySelectorAll("table")]
                const ends = tables.map(table => table.getBoundingClientRect().right)
                return ends.length > 0 && Math.max(...ends) <= width
            }""",
            arg=width,
        )
        page.wait_for_timeout(800)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        page.screenshot(path=ARTIFACTS / f"{name}_{scheme}_{width}.png", full_page=True)


def test_data_scene_is_json(browse):
    page = browse("/")
    scene(page)
    facts = json.loads(page.locator(VIEW).get_attribute("data-scene"))
    assert set(facts) >= {"hash", "counts", "camera", "structure", "layer"}


def test_files_dropped_anywhere_open(browse):
    page = browse(f"/?crystal={SALT}")
    before = scene(page)["structure"]
    files = page.evaluate_handle(
        """text => {
            const moved = new DataTransfer();
            moved.items.add(new File([text], "dropped.vasp"));
            return moved;
        }""",
        POSCAR.decode(),
    )
    place = page.get_by_role("heading", level=1)
    place.dispatch_event("dragover", {"dataTransfer": files})
    page.get_by_text("Drop to open").wait_for()
    place.dispatch_event("drop", {"dataTransfer": files})
    wait_for_scene(page, lambda facts: facts["structure"] != before, 60)
    page.get_by_role("heading", level=1, name="CsCl").wait_for()
    assert not page.get_by_text("Drop to open").is_visible()

"""The whole app in a browser: deep links, uploads, attention on the bonds, safety."""

import json
import re
from importlib.util import find_spec

import pandas as pd
import pytest

from crysformer.paths import ROOT
from tests.support.browser import (
    ARTIFACTS,
    CIF,
    NASTY,
    POSCAR,
    VIEW,
    XYZ,
    at,
    colours,
    count_colours,
    scene,
    upload,
    wait_for_scene,
)

SALT = "rock-salt-nacl"


@pytest.fixture(scope="module")
def server(serve):
    return serve(ROOT / "app.py", random_weights=True)


def attention_facts(page):
    return wait_for_scene(page, lambda facts: facts["layer"] == "Model edges", 60)


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


def test_overlay_follows_module_and_block(browse):
    page = browse(f"/Attention?crystal={SALT}")
    seen = [attention_facts(page)["hash"]]
    for label in ("Conditional", "Difference"):
        page.get_by_role("radio", name=label).click()
        seen.append(wait_for_scene(page, lambda facts: facts["hash"] not in seen)["hash"])
    page.get_by_role("button", name=re.compile("block 1, head 1$")).click()
    wait_for_scene(page, lambda facts: facts["hash"] not in seen)


def test_click_on_a_bond_selects_its_row_and_reaches_the_url(browse):
    page = browse(f"/Attention?crystal={SALT}")
    attention_facts(page)
    page.mouse.click(*at(page, [0.9, 0, 5.64]))
    page.wait_for_url(re.compile(r"bond=\d+"))
    picked = scene(page)["picked"]["bonds"]
    assert f"bond={picked[0]}" in page.url
    page.get_by_text("2.820 Å", exact=True).wait_for()
    page.get_by_text(re.compile(r"^Removed, with the 47 directed bonds")).wait_for()


def test_click_on_a_row_lights_its_bond(browse):
    page = browse(f"/Attention?crystal={SALT}")
    assert attention_facts(page)["picked"]["bonds"] == []
    table = page.locator('[data-testid="stDataFrame"] canvas').first.bounding_box()
    # The box that selects the third row: header and rows are 35 pixels high.
    page.mouse.click(table["x"] + 18, table["y"] + 35 + 2.5 * 35)
    facts = wait_for_scene(page, lambda facts: facts["picked"]["bonds"])
    # All bonds of the row's kind; the first stands in the URL and on the card.
    assert len(facts["picked"]["bonds"]) > 1
    page.get_by_text(re.compile(r"^Removed, with the \d+ directed bonds")).wait_for()
    page.wait_for_url(re.compile(rf"bond={facts['picked']['bonds'][0]}\b"))


def export(page, folder, open_page):
    """Save the picture as a page, and open that page on its own."""
    page.get_by_role("button", name="Export").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="HTML").click()
    file = folder / download.value.suggested_filename
    download.value.save_as(file)
    alone, record = open_page(900, 700)
    alone.goto(file.as_uri())
    return alone, record, file


@pytest.mark.parametrize(
    "path",
    [
        f"/?crystal={SALT}&na=2&beyond=Ghost+atoms",
        "/?crystal=perovskite-srtio3&style=Polyhedra",
        f"/Attention?crystal={SALT}&module=Conditional",
    ],
)
def test_the_exported_page_is_the_scene_of_the_app(browse, open_page, tmp_path, path):
    page = browse(path)
    layer = "Model edges" if "Attention" in path else "Chemical bonds"
    shown = wait_for_scene(page, lambda facts: facts["layer"] == layer, 60)
    alone, record, file = export(page, tmp_path, open_page)
    found = scene(alone)
    for name in ("hash", "structure", "counts", "layer"):
        assert found[name] == shown[name]
    # Turned the same way; how near depends on the size of the window.
    assert found["camera"][4:] == shown["camera"][4:]
    for part in (".legend", ".axes", ".bar .title"):
        there, here = (
            each.locator(f"{VIEW} {part}").all_text_contents() for each in (alone, page)
        )
        assert there == here
    assert colours(alone) > 300
    assert alone.title() == alone.locator("h1").text_content() != ""
    assert record.errors == []
    assert record.outside == [file.as_uri()]
    alone.screenshot(path=ARTIFACTS / f"export_{file.stem}.png")


def test_two_pictures_side_by_side_are_exported_as_two(browse, open_page, tmp_path):
    page = browse(f"/Attention?crystal={SALT}&module=Side+by+side")
    page.locator(f"{VIEW} .frame").nth(1).wait_for()
    alone, record, _ = export(page, tmp_path, open_page)
    alone.locator(f"{VIEW} .frame").nth(1).wait_for()
    titles = alone.locator(f"{VIEW} .frame .name").all_text_contents()
    assert titles == ["Cross-attention", "Conditional attention"]
    assert record.errors == []
    alone.wait_for_timeout(500)
    alone.screenshot(path=ARTIFACTS / "export_both.png")


@pytest.mark.skipif(find_spec("stmol") is None, reason="needs requirements.txt's stmol")
def test_the_preview_is_drawn_and_the_log_stays_clean(browse):
    """The server's log is checked when the server ends."""
    page = browse(f"/?crystal={SALT}")
    scene(page)
    page.get_by_role("button", name="Export").click()
    page.get_by_text("Preview", exact=True).click()
    frame = page.locator('iframe[title="Preview of the exported picture"]')
    frame.content_frame.locator("canvas").first.wait_for()
    for _ in range(200):
        if count_colours(frame.screenshot()) > 300:
            break
        page.wait_for_timeout(100)
    assert count_colours(frame.screenshot()) > 300
    page.screenshot(path=ARTIFACTS / "preview.png")


def saved_bonds(page):
    page.locator('[data-testid="stPopover"]', has_text="download").last.click()
    with page.expect_download() as download:
        page.get_by_role("button", name="This table, CSV").click()
    page.keyboard.press("Escape")
    assert download.value.suggested_filename.endswith(".csv")
    return pd.read_csv(download.value.path())


def test_click_on_an_atom_lists_its_bonds(browse):
    page = browse(f"/Attention?crystal={SALT}")
    attention_facts(page)
    page.mouse.click(*at(page, [5.64, 0, 5.64]))
    page.get_by_role("button", name="Show all atoms").wait_for()
    assert scene(page)["picked"] == {"bonds": [], "sites": [0]}
    bonds = saved_bonds(page)
    assert bonds["Equal"].tolist() in ([6, 12], [12, 6])
    assert set(bonds["From"]) == {"Na1"}


def test_the_table_of_bonds_can_be_saved(browse):
    page = browse(f"/Attention?crystal={SALT}&scale=Weight&all_bonds=true")
    attention_facts(page)
    bonds = saved_bonds(page)
    # All atoms have 6 neighbours at 2.82 Å and 12 at 3.99 Å, and attend to all of them.
    assert len(bonds) == 8 * 18
    assert bonds["Length"].round(2).value_counts().to_dict() == {3.99: 96, 2.82: 48}
    said = "Attention weight, cross, mean over blocks, mean over heads"
    assert bonds.groupby("From")[said].sum().to_numpy() == pytest.approx(1.0)


def test_hover_tells_bond_length_and_weight(browse):
    page = browse(f"/Attention?crystal={SALT}&scale=Weight")
    attention_facts(page)
    page.mouse.move(*at(page, [0.9, 0, 5.64]))
    tip = page.locator(f"{VIEW} .tip")
    tip.wait_for(state="visible")
    assert re.match(r"Na1 → Cl\d \(.*\) · 2\.820 Å · .*0\.\d+", tip.text_content())


def test_the_slider_leaves_the_strongest_bonds(browse):
    page = browse(f"/Attention?crystal={SALT}&top=100")
    before = attention_facts(page)["counts"]["bonds"]
    page.get_by_role("button", name="Drawing").click()
    slider = page.get_by_role("slider", name="Strongest bonds")
    slider.press("Home")
    facts = wait_for_scene(page, lambda facts: facts["counts"]["bonds"] < before)
    assert 0 < facts["counts"]["bonds"] <= before // 4
    page.wait_for_url(re.compile(r"top=5\b"))
    page.goto(page.url.replace("top=5", ""))
    page.get_by_role("button", name="Drawing").click()
    assert slider.get_attribute("aria-valuetext") == "25"
    assert attention_facts(page)["counts"]["bonds"] < before


def test_angles_are_drawn_as_wedges(browse):
    page = browse(f"/Attention?crystal={SALT}&graph=Line&bond=2")
    facts = attention_facts(page)
    assert facts["counts"]["wedges"] in (4, 8)
    page.wait_for_timeout(500)
    page.screenshot(path=ARTIFACTS / "angles_light_1400.png")


def test_camera_and_crystal_survive_a_page_switch(browse):
    page = browse("/?crystal=diamond-si")
    scene(page)
    page.get_by_role("button", name="Look along b", exact=True).click()
    page.wait_for_timeout(600)
    turned = scene(page)["camera"]
    page.get_by_role("link", name="Attention").click()
    facts = attention_facts(page)
    assert facts["camera"] == turned
    assert "crystal=diamond-si" in page.url


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

"""Attention on the bonds, by mouse: what is clicked there is chosen everywhere."""

import re

import pandas as pd
import pytest

from crysformer.paths import ROOT
from tests.support.browser import (
    ARTIFACTS,
    VIEW,
    at,
    attention_facts,
    run_ended,
    scene,
    wait_for_scene,
    wait_for_turn,
)

SALT = "rock-salt-nacl"


@pytest.fixture(scope="module")
def server(serve):
    return serve(ROOT / "app.py", random_weights=True)


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
    run_ended(page)
    page.screenshot(path=ARTIFACTS / "angles_light_1400.png")


def test_camera_and_crystal_survive_a_page_switch(browse):
    page = browse("/?crystal=diamond-si")
    scene(page)
    first = scene(page)["camera"]
    page.get_by_role("button", name="Look along b", exact=True).click()
    turned = wait_for_turn(page, first)
    page.get_by_role("link", name="Attention").click()
    facts = attention_facts(page)
    assert facts["camera"] == turned
    assert "crystal=diamond-si" in page.url

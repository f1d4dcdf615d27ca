"""Markup in every field of every format stays text, on every page that shows it.

The ``browse`` fixture fails where a script ran or anything was asked of another machine.
"""

import re

import pytest

from crysformer.paths import ROOT
from tests.support.browser import (
    ARTIFACTS,
    attention_facts,
    hover_point,
    open_panel,
    run_ended,
    scene,
    wait_for_scene,
)
from tests.support.nasty_files import BAD, GOOD, LONG, MANY, MARK, NAME, STRANGE, zipped


@pytest.fixture(scope="module")
def server(serve):
    return serve(ROOT / "app.py", random_weights=True)


def give(page, files, place='[data-testid="stPopoverBody"]'):
    page.locator(f'{place} input[type="file"]').set_input_files(
        [
            {"name": name, "mimeType": "text/plain", "buffer": content}
            for name, content in files
        ]
    )


def assert_nothing_ran(page):
    """No element of the page came out of a file."""
    run_ended(page)
    page.evaluate("() => new Promise(done => setTimeout(done))")
    assert page.evaluate("window.hacked") is None
    assert page.locator("img[src='x']").count() == 0
    assert page.locator("a[href^='javascript']").count() == 0
    assert page.locator(".katex").count() == 0


def test_fields_of_a_file_are_text_on_predict_and_attention(browse):
    page = browse("/")
    for ending, text in GOOD.items():
        before = scene(page)["structure"]
        open_panel(page)
        give(page, [(f"{NAME}.{ending}", text.encode())])
        wait_for_scene(page, lambda facts, old=before: facts["structure"] != old)
        page.keyboard.press("Escape")
        page.get_by_test_id("stSidebar").get_by_text(NAME, exact=False).wait_for()
        page.locator("table.properties").wait_for()
        assert_nothing_ran(page)
        page.get_by_role("link", name="Attention").click()
        attention_facts(page)
        page.get_by_test_id("stSidebar").get_by_text(NAME, exact=False).wait_for()
        assert_nothing_ran(page)
        page.get_by_role("link", name="Predict").click()
        wait_for_scene(page, lambda facts: facts["layer"] == "Chemical bonds")


def test_sentences_about_bad_files_are_text(browse):
    page = browse("/")
    scene(page)
    open_panel(page)
    give(page, [(f"{NAME} {name}", text.encode()) for name, text in BAD.items()])
    # The upload's own alert is the only one, with a line for each file.
    # A long name is cut in its middle.
    lines = page.get_by_test_id("stAlert").locator("li").filter(has_text=NAME[:30])
    lines.nth(3).wait_for()
    assert_nothing_ran(page)
    page.keyboard.press("Escape")
    page.screenshot(path=ARTIFACTS / "nasty_sentences_1400.png", full_page=True)
    # The offer names the file, and so does the note on what was done.
    page.get_by_role("button", name=re.compile("Use an ordered approximation")).click()
    page.get_by_text("this is an ordered approximation").wait_for()
    assert_nothing_ran(page)


def test_members_of_a_zip_are_text_in_the_batch(browse):
    page = browse("/Batch")
    page.get_by_role("button", name="Predict all").wait_for()
    members = {f"{MARK}/{name}": text for name, text in BAD.items()}
    members |= {f"{MARK}/{MARK}.{ending}": text for ending, text in GOOD.items()}
    give(page, [(f"{NAME}.zip", zipped(members))], '[data-testid="stMain"]')
    page.locator('[data-testid="stFileChip"]').first.wait_for()
    page.get_by_role("button", name="Predict all").click()
    page.get_by_text(re.compile(r"\d predicted, \d failed")).wait_for()
    page.get_by_role("button", name="Cancel").wait_for(state="detached")
    scatter = page.locator(".js-plotly-plot").first
    # The hover text of a point has the end of the name; a click picks it and writes it.
    place = hover_point(page, scatter)
    assert_nothing_ran(page)
    assert scatter.locator(".hoverlayer").text_content().count("<script>") >= 1
    page.mouse.click(*place)
    page.get_by_text("Picked:").wait_for()
    assert_nothing_ran(page)
    page.screenshot(path=ARTIFACTS / "nasty_batch_1400.png", full_page=True)


def test_long_and_strange_fields_are_text_and_stay_in_their_place(browse):
    """Three crystals in one file: their names are on a slider, that of the file above."""
    page = browse("/")
    before = scene(page)["structure"]
    open_panel(page)
    name = f"{NAME}{STRANGE.replace('/', '')}"
    give(page, [(f"{name}.cif", MANY.encode())])
    wait_for_scene(page, lambda facts: facts["structure"] != before, 60)
    page.keyboard.press("Escape")
    page.locator("table.properties").wait_for()
    assert_nothing_ran(page)
    wide = "document.documentElement.scrollWidth <= window.innerWidth"
    assert page.evaluate(wide)
    said = page.locator("body").inner_text()
    assert "\x1b" not in said
    assert "W" * 500 not in said
    page.screenshot(path=ARTIFACTS / "strange_fields_1400.png", full_page=True)
    strange = {f"{LONG[:9000]}.json": GOOD["json"], f"{STRANGE}.cif": BAD["group.cif"]}
    open_panel(page)
    give(page, [("many.zip", zipped(strange))])
    page.get_by_test_id("stAlert").first.wait_for()
    assert_nothing_ran(page)
    assert page.evaluate(wide)


def test_the_way_back_to_a_link_that_is_wrong(browse):
    page = browse("/?na=2")
    scene(page)
    page.goto(page.url.replace("na=2", "na=1e999&least=nan&boundary=x"))
    page.get_by_text("na = “1e999”").wait_for()
    scene(page)
    page.get_by_role("link", name="Model").click()
    page.get_by_role("heading", name="Model", exact=True).wait_for()
    for _ in range(2):
        page.go_back()
        page.wait_for_timeout(1500)
    scene(page)
    assert page.get_by_test_id("stException").count() == 0


def test_pasted_text_is_text(browse):
    page = browse("/")
    before = scene(page)["structure"]
    page.get_by_role("button", name="Add crystal").click()
    page.get_by_label("A crystal as text").fill(MARK)
    page.get_by_role("button", name="Use this crystal").click()
    page.get_by_text("The pasted text is not in a format").wait_for()
    assert_nothing_ran(page)
    page.get_by_role("button", name="Add crystal").click()
    page.get_by_label("A crystal as text").fill(GOOD["cif"])
    page.get_by_role("button", name="Use this crystal").click()
    wait_for_scene(page, lambda facts: facts["structure"] != before, 60)
    assert_nothing_ran(page)


def test_the_url_is_text(browse):
    names = ("crystal", "style", "module", "bond", "layer")
    nonsense = "%3Cimg%20src=x%20onerror=window.hacked=1%3E"
    page = browse("/Attention?" + "&".join(f"{name}={nonsense}" for name in names))
    scene(page)
    for name in names[1:]:
        page.get_by_text(f"{name} = “<img src=x").first.wait_for()
    assert_nothing_ran(page)

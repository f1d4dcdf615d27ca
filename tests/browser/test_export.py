"""The exported picture in a browser: the same scene as in the app."""

from importlib.util import find_spec

import pytest

from crysformer.paths import ROOT
from tests.support.browser import (
    ARTIFACTS,
    VIEW,
    colours,
    count_colours,
    scene,
    wait_for_scene,
)

SALT = "rock-salt-nacl"


@pytest.fixture(scope="module")
def server(serve):
    return serve(ROOT / "app.py", random_weights=True)


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

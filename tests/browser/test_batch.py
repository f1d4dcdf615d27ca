"""The batch page in a browser: from ten files to a picked crystal, cancel, downloads."""

import csv
import io
import json
import re
import zipfile

import pytest

from crysformer.library.catalogue import load_library
from crysformer.paths import ROOT
from tests.support.browser import (
    ARTIFACTS,
    click_point,
    next_frames,
    run_ended,
    scene,
)
from tests.support.crystals import jitter

CRYSTALS = list(load_library().values())[:9]
FILES = [(f"{c.id}.cif", c.structure().to(fmt="cif").encode()) for c in CRYSTALS]
TEN = [*FILES[:4], ("notes.txt", b"dear diary"), *FILES[4:]]
SAID = "9 predicted, 1 failed"


@pytest.fixture(scope="module")
def server(serve):
    return serve(ROOT / "app.py", random_weights=True)


def give(page, files):
    """Drop files and start."""
    page.locator('[data-testid="stFileUploaderDropzoneInput"]').set_input_files(
        [
            {"name": name, "mimeType": "text/plain", "buffer": content}
            for name, content in files
        ]
    )
    page.locator('[data-testid="stFileChip"]').first.wait_for()
    page.get_by_role("button", name="Predict all").click()


def batch(browse, files=TEN, words=SAID, **options):
    page = browse("/Batch", **options)
    page.get_by_role("button", name="Predict all").wait_for()
    give(page, files)
    page.get_by_text(words).wait_for()
    return page


@pytest.fixture
def done(stay):
    """Ten files that have been predicted, on a page that every test leaves as it was."""
    page = stay("/Batch")
    if "/Batch" not in page.url:
        page.get_by_role("link", name="Batch").click()
    page.get_by_role("button", name="Predict all").wait_for()
    run_ended(page)
    if not page.get_by_text(SAID).count():
        give(page, TEN)
    page.get_by_text(SAID).wait_for()
    run_ended(page)
    return page


def failures(page):
    """Names and reasons of the files that could not be predicted."""
    return page.locator("table.blocks tbody tr").all_text_contents()


def column(page, number):
    """Texts of a column, from the table that the grid keeps for screen readers."""
    grid = page.locator('[data-testid="stDataFrame"]').first
    cells = grid.locator(f'td[aria-colindex="{number}"]')
    cells.first.wait_for(state="attached")
    return cells.all_text_contents()


def choose(page, label, option):
    """Choose in a select box, which closes again where it has to scroll into view."""
    box = page.get_by_role("combobox", name=label)
    box.scroll_into_view_if_needed()
    next_frames(page)
    box.click()
    page.get_by_role("option", name=option).click()


def zipped(files):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files:
            archive.writestr(name, content)
    return stream.getvalue()


def test_one_broken_file_among_ten_is_one_line(browse):
    page = batch(browse, height=2100)
    page.get_by_text("1 could not be predicted").wait_for()
    page.locator(".js-plotly-plot").nth(2).wait_for()
    run_ended(page)
    [line] = failures(page)
    assert line.startswith("notes.txt")
    assert "not in a format" in line
    page.screenshot(path=ARTIFACTS / "batch_light_1400.png", full_page=True)


def test_a_click_on_a_heading_sorts(done):
    page = done
    before = column(page, 2)
    grid = page.locator('[data-testid="stDataFrame"] canvas').first.bounding_box()
    head = page.locator('[data-testid="stDataFrame"] th').all_text_contents()
    assert head[:2] == ["File", "Formula"]
    # A box for selecting rows, then the file in 180 pixels.
    page.mouse.click(grid["x"] + 260, grid["y"] + 17)
    for _ in range(600):
        if column(page, 2) != before:
            break
        page.wait_for_timeout(100)
    found = [text for text in column(page, 2) if text.strip()]
    assert found != [text for text in before if text.strip()]
    assert found == sorted(found)


def test_a_point_of_the_scatter_opens_its_crystal(done):
    page = done
    click_point(page, page.locator(".js-plotly-plot").first, 2)
    page.get_by_text("Picked:").wait_for()
    page.get_by_role("button", name="Open in Predict").click()
    assert scene(page)["counts"]["atoms"] > 0
    name = (
        page.get_by_test_id("stSidebar").get_by_text(re.compile(r"\.cif")).text_content()
    )
    assert any(file in name for file, _ in FILES)
    page.wait_for_url(lambda url: "crystal=" not in url)


def test_what_is_downloaded_is_whole(done, tmp_path):
    page = done
    files = {}
    for label in ("CSV", "JSON", "Everything"):
        with page.expect_download() as download:
            page.get_by_role("button", name=label, exact=True).click()
        files[label] = tmp_path / download.value.suggested_filename
        download.value.save_as(files[label])
    rows = list(csv.DictReader(io.StringIO(files["CSV"].read_text())))
    assert [row["file"] for row in rows] == [name for name, _ in TEN]
    assert [bool(row["error"]) for row in rows] == [k == 4 for k in range(10)]
    answers = json.loads(files["JSON"].read_text())
    assert sum("error" in answer for answer in answers) == 1
    with zipfile.ZipFile(files["Everything"]) as archive:
        assert archive.read("crystals.csv") == files["CSV"].read_bytes()
        assert archive.read(f"files/{TEN[0][0]}") == TEN[0][1]


def test_the_heat_map_and_the_histogram_follow_their_choice(done):
    page = done
    choose(page, "Per element", "Mean of Formation energy")
    heat = page.locator(".js-plotly-plot").nth(2)
    heat.locator("text", has_text="Formation energy (eV/atom)").wait_for()
    choose(page, "Histogram of", "Band gap (eV)")
    histogram = page.locator(".js-plotly-plot").nth(1)
    histogram.locator("text", has_text="Band gap").wait_for()
    assert page.locator('[aria-label^="Histogram of Band gap"]').count() == 1


def test_progress_shows_and_cancel_stops(browse):
    # Large ones without symmetry: no server is done before a slow browser cancels.
    crystal = CRYSTALS[0].structure().make_supercell([6, 6, 6])
    large = [jitter(crystal, 0.05, seed).to(fmt="poscar").encode() for seed in range(3)]
    many = zipped([(f"{n}.vasp", large[n % 3]) for n in range(300)])
    page = batch(browse, [("many.zip", many)], re.compile(r"\d+ of 300 crystals"))
    page.get_by_text(
        re.compile(r"of 300 crystals: \d+ predicted, about \d+ (s|min) left")
    ).wait_for()
    assert page.get_by_role("progressbar").count() >= 1
    page.screenshot(path=ARTIFACTS / "batch_progress_1400.png")
    page.get_by_role("button", name="Cancel").click()
    page.get_by_text(re.compile(r"Cancelled after \d+ of 300 crystals")).wait_for()
    assert page.get_by_role("button", name="Cancel").count() == 0


def test_a_bad_member_is_a_line_and_a_bad_zip_is_refused(browse):
    inner = ("inner.zip", zipped(FILES[:1]))
    files = [
        ("good.zip", zipped([FILES[0], ("bad.cif", b"dear diary")])),
        ("nested.zip", zipped([FILES[1], inner])),
        ("bomb.zip", zipped([("zeros.cif", bytes(4_000_000))])),
    ]
    page = batch(browse, files, "1 predicted, 3 failed")
    page.get_by_text("3 could not be predicted").wait_for()
    reasons = " ".join(failures(page))
    assert "not in a format" in reasons
    assert "a zip within a zip" in reasons
    assert "more than 200 times" in reasons


def test_results_and_choices_survive_a_visit_to_another_page(done):
    page = done
    choose(page, "x axis", "Band gap (eV)")
    first = page.locator(".js-plotly-plot").first
    first.locator(".xtitle", has_text="Band gap").wait_for()
    page.get_by_role("link", name="Predict").click()
    scene(page)
    page.get_by_role("link", name="Batch").click()
    page.get_by_text("9 predicted, 1 failed").wait_for()
    first.locator(".xtitle", has_text="Band gap").wait_for()


@pytest.mark.parametrize(
    ("width", "scheme"), [(1400, "dark"), (400, "light"), (400, "dark")]
)
def test_it_fits_its_window(browse, width, scheme):
    page = batch(browse, width=width, height=2400, scheme=scheme)
    page.locator(".js-plotly-plot").nth(2).wait_for()
    run_ended(page)
    next_frames(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.screenshot(path=ARTIFACTS / f"batch_{scheme}_{width}.png", full_page=True)

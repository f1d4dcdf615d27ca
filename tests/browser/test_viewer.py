"""The viewer component by itself, drawing rock salt."""

import io
import re
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from crysformer.paths import ROOT
from tests.support.browser import (
    ARTIFACTS,
    CHROMIUM,
    FLAGS,
    LIBRARY,
    VIEW,
    at,
    colours,
    next_frames,
    scene,
    wait_for_scene,
)

SCRIPT = Path(__file__).with_name("viewer_app.py")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with the page, its settings, and the fetched library."""
    folder = tmp_path_factory.mktemp("viewer")
    shutil.copy(SCRIPT, folder)
    shutil.copytree(ROOT / ".streamlit", folder / ".streamlit")
    (folder / "static").mkdir()
    shutil.copy(LIBRARY, folder / "static")
    return folder


@pytest.fixture(scope="module")
def server(serve, folder):
    return serve(folder / SCRIPT.name, folder)


@pytest.fixture(scope="module")
def drawn(stay):
    """A picture for those who leave nothing but another camera, and its first one."""
    page = stay()
    return page, scene(page)["camera"]


@pytest.fixture
def page(drawn):
    """That picture, seen as it was at first."""
    page, home = drawn
    page.get_by_role("button", name="Reset the camera").click()
    wait_for_scene(page, lambda facts: facts["camera"] == pytest.approx(home, abs=1e-3))
    return page


@pytest.fixture
def own_page(browse):
    """A picture for a test that changes it."""
    page = browse()
    scene(page)
    return page


def test_draws_rock_salt(page):
    counts = scene(page)["counts"]
    assert (counts["atoms"], counts["halves"]) == (27, 162)
    assert colours(page) > 500
    ARTIFACTS.mkdir(exist_ok=True)
    page.screenshot(path=ARTIFACTS / "viewer_light.png")


def test_nasty_strings_stay_text(page):
    assert "<script>" in page.locator(f"{VIEW} .bar .title").text_content()
    assert page.locator(f"{VIEW} script, {VIEW} img").count() == 0


def test_click_on_a_bond_and_on_an_atom_reach_python(own_page):
    page = own_page
    page.mouse.click(*at(page, [0.9, 0, 5.64]))
    # Na at (0, 0, 5.64) to Cl at (2.82, 0, 5.64): a half bond of the first Na.
    page.get_by_text(re.compile(r"event ViewerEvent\(kind='bond', bond=\d+")).wait_for()
    page.mouse.click(*at(page, [5.64, 0, 5.64]))
    page.get_by_text("event ViewerEvent(kind='atom', bond=None, site=0").wait_for()
    assert scene(page)["picked"] == {"bonds": [], "sites": [0]}


def test_full_screen_is_the_picture_alone_and_back(page):
    before = page.locator(VIEW).bounding_box()
    page.get_by_role("button", name="Full screen").click()
    page.wait_for_function("document.fullscreenElement !== null")
    window = page.evaluate("[innerWidth, innerHeight]")
    for _ in range(50):  # The picture follows its box.
        drawn = page.locator(f"{VIEW} canvas").first.bounding_box()
        if abs(drawn["height"] - window[1]) < 3:
            break
        page.wait_for_timeout(100)
    assert drawn["height"] == pytest.approx(window[1], abs=2)
    box = page.locator(VIEW).bounding_box()
    assert [box["width"], box["height"]] == pytest.approx(window, abs=2)
    assert colours(page) > 500
    page.get_by_role("button", name="Full screen").click()
    page.wait_for_function("document.fullscreenElement === null")
    after = page.locator(VIEW).bounding_box()
    assert after["height"] == pytest.approx(before["height"], abs=2)


def brightness_along(page, start, end):
    """Brightness of the picture's pixels along a line between two model points."""
    shot = Image.open(io.BytesIO(page.screenshot())).convert("L")
    ends = np.array([at(page, start), at(page, end)])
    points = ends[0] + np.linspace(0, 1, 60)[:, None] * (ends[1] - ends[0])
    return np.array([shot.getpixel((round(x), round(y))) for x, y in points], dtype=float)


def test_a_bond_without_a_reverse_is_drawn_as_a_pale_pipe_with_rings(own_page):
    page = own_page
    bond = ([0.62, 0, 5.64], [1.36, 0, 5.64])  # The half bond outside its atom.
    solid, facts = brightness_along(page, *bond), scene(page)
    assert facts["counts"]["hollow"] == 0
    page.get_by_text("One way").click()
    facts = wait_for_scene(page, lambda now: now["counts"]["hollow"])
    assert facts["counts"]["hollow"] == facts["counts"]["bonds"]
    next_frames(page)
    hollow = brightness_along(page, *bond)
    assert np.ptp(hollow) > 2 * np.ptp(solid)
    assert np.median(hollow) > np.median(solid) + 20
    assert "no reverse edge" in page.locator(f"{VIEW} .legend").text_content()
    page.screenshot(path=ARTIFACTS / "viewer_hollow.png")


def test_the_first_picture_is_reported(page):
    page.get_by_text("drawn True").wait_for()


def test_hover_names_the_bond(page):
    page.mouse.move(*at(page, [0.9, 0, 5.64]))
    tip = page.locator(f"{VIEW} .tip")
    tip.wait_for(state="visible")
    assert re.fullmatch(r"Na1 – Cl\d \(.*\) · 2\.820 Å", tip.text_content())


def test_camera_survives_reruns_redraws_and_reloads(own_page):
    page = own_page
    x, y = at(page, [2.82, 2.82, 2.82])
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 90, y + 40, steps=4)
    page.mouse.up()
    next_frames(page)
    turned = scene(page)
    page.get_by_role("button", name="Run again").click()
    page.get_by_text("run 1").wait_for()
    assert scene(page)["camera"] == turned["camera"]
    page.get_by_text("VESTA colours").click()
    recoloured = wait_for_scene(page, lambda facts: facts["hash"] != turned["hash"])
    assert recoloured["camera"] == turned["camera"]
    page.reload()
    assert wait_for_scene(page, lambda facts: facts["camera"] == turned["camera"])


def test_presets_look_along_the_axes(page):
    page.get_by_role("button", name="Look along c", exact=True).click()
    wait_for_scene(page, lambda facts: facts["camera"][4:] == [0, 0, 0, 1])
    page.get_by_role("button", name="Reset the camera").click()
    wait_for_scene(page, lambda facts: abs(facts["camera"][7]) < 0.9)


def test_measures_a_distance_and_an_angle(page):
    page.get_by_role("button", name="Look along c", exact=True).click()
    wait_for_scene(page, lambda facts: facts["camera"][4:] == [0, 0, 0, 1])
    page.get_by_role("button", name=re.compile("^Measure")).click()
    for point in ([0, 0, 5.64], [2.82, 0, 5.64], [2.82, 2.82, 5.64]):
        page.mouse.click(*at(page, point))
    page.get_by_text("kind='angle', bond=None, site=None, value=90").wait_for()
    assert "90.00°" in page.locator(f"{VIEW} .tip").text_content()
    page.get_by_role("button", name=re.compile("^Measure")).click()


def test_keyboard_turns_the_crystal(page):
    before = scene(page)["camera"]
    page.locator(f"{VIEW} .stage").focus()
    page.keyboard.press("ArrowRight")
    wait_for_scene(page, lambda facts: facts["camera"][4:] != before[4:])


def test_labels_can_be_shown(page):
    page.get_by_role("button", name="Show atom labels").click()
    wait_for_scene(page, lambda facts: facts["labels"])
    assert page.locator(f"{VIEW} .labels span").count() == 27
    page.screenshot(path=ARTIFACTS / "viewer_labels.png")
    page.get_by_role("button", name="Show atom labels").click()
    wait_for_scene(page, lambda facts: not facts["labels"])


def test_png_is_an_image_of_twice_the_size(page):
    with page.expect_download() as download:
        page.get_by_role("button", name="Save the picture").click()
    path = download.value.path()
    image = Image.open(io.BytesIO(Path(path).read_bytes()))
    box = page.locator(f"{VIEW} .stage").bounding_box()
    assert image.format == "PNG"
    assert image.size == pytest.approx((2 * box["width"], 2 * box["height"]), abs=2)
    assert len(image.convert("RGB").getcolors(1 << 24)) > 500
    image.save(ARTIFACTS / "viewer_export.png")


def test_dark_and_narrow(server, open_page):
    page, record = open_page(400, 800, "dark")
    page.goto(server.url)
    assert colours(page) > 300
    page.screenshot(path=ARTIFACTS / "viewer_dark_400.png")
    assert record.errors == []


def test_missing_library_is_said_in_words(serve, folder, tmp_path, open_page):
    shutil.copy(SCRIPT, tmp_path)
    (tmp_path / "static").mkdir()  # empty, or the server would complain of that
    script = tmp_path / SCRIPT.name
    script.write_text(
        "from pathlib import Path\nfrom crysformer.ui.viewer import view\n"
        "view.LIBRARY = Path('/nowhere/3Dmol-min.js')\n" + script.read_text()
    )
    page, _ = open_page()
    page.goto(serve(script, folder).url)
    page.get_by_text("The 3D view needs the file static/3Dmol-min.js").wait_for()


def test_missing_webgl_is_said_in_words(server, chromium):
    blind = chromium.browser_type.launch(
        executable_path=CHROMIUM, args=[*FLAGS, "--disable-3d-apis"]
    )
    page = blind.new_page()
    page.goto(server.url)
    page.get_by_text("This browser offers no WebGL 2").wait_for()
    # What waits for the first picture must not wait for one that never comes.
    page.get_by_text("drawn True").wait_for()
    blind.close()

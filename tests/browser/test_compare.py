"""Compare and the unit cell in a browser: one canvas, linked cameras, a curve."""

import io
import json
import re

import numpy as np
import pytest
from PIL import Image

from crysformer.paths import ROOT
from tests.support.browser import (
    ARTIFACTS,
    VIEW,
    colours,
    next_frames,
    scene,
    wait_for_scene,
)

TRIO = "/Compare?compare=rock-salt-nacl,wurtzite-zns,rutile-tio2"


@pytest.fixture(scope="module")
def server(serve):
    return serve(ROOT / "app.py", random_weights=True)


@pytest.fixture
def trio(stay):
    """Three crystals beside each other, whose cameras may be turned already."""
    page = stay(TRIO)
    page.get_by_text("Model response, not a potential-energy surface").wait_for()
    return page


def cameras(page):
    return [panel["camera"] for panel in scene(page)["panels"]]


def rotation(quaternion):
    x, y, z, w = quaternion
    return np.array(
        [
            [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
            [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
            [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
        ]
    )


def turns(before, after):
    """The rotation that each camera has made on the screen."""
    return [
        rotation(new[4:]) @ rotation(old[4:]).T
        for old, new in zip(before, after, strict=True)
    ]


def drag(page, share_x, by=(70, 40)):
    box = page.locator(f"{VIEW} .stage").bounding_box()
    x, y = box["x"] + share_x * box["width"], box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + by[0] / 2, y + by[1] / 2)
    page.mouse.move(x + by[0], y + by[1])
    page.mouse.up()
    next_frames(page)


def curve(page):
    """Points of the first curve and of the larger point on it, as Plotly holds them."""
    figure = page.locator(".js-plotly-plot").first
    figure.wait_for()
    return figure.evaluate(
        "plot => plot.data.slice(0, 2).map(trace => [[...trace.x], [...trace.y]])"
    )


def test_one_canvas_holds_every_crystal(trio):
    page, facts = trio, scene(trio)
    assert facts["panels"][0]["counts"]["atoms"] == 27
    assert len({panel["structure"] for panel in facts["panels"]}) == 3
    assert page.locator(f"{VIEW} canvas").count() == 1
    assert colours(page) > 500
    for panel in page.locator(f"{VIEW} .frame").all():
        box = panel.bounding_box()
        middle = {
            "x": box["x"],
            "y": box["y"] + 80,
            "width": box["width"],
            "height": box["height"] - 160,
        }
        shot = Image.open(io.BytesIO(page.screenshot(clip=middle))).convert("RGB")
        assert len(np.unique(np.asarray(shot).reshape(-1, 3), axis=0)) > 200
    page.screenshot(path=ARTIFACTS / "compare_light_1400.png", full_page=True)


@pytest.mark.parametrize("where", [0.15, 0.5, 0.85])
def test_cameras_turn_together_wherever_one_drags(trio, where):
    before = cameras(trio)
    drag(trio, where)
    made = turns(before, cameras(trio))
    assert np.abs(made[0] - np.eye(3)).max() > 0.1
    for turn in made[1:]:
        np.testing.assert_allclose(turn, made[0], atol=2e-3)


def test_crystals_have_one_scale_also_after_a_zoom(trio):
    [before] = {camera[3] for camera in cameras(trio)}
    trio.get_by_role("button", name="Zoom in").click()
    next_frames(trio)
    [after] = {camera[3] for camera in cameras(trio)}
    assert after > before


def test_presets_look_along_each_crystals_own_axis(trio):
    drag(trio, 0.5)
    before = cameras(trio)
    trio.get_by_role("button", name="Look along c", exact=True).click()
    next_frames(trio)
    assert cameras(trio) != before
    for camera in cameras(trio):
        np.testing.assert_allclose(rotation(camera[4:]) @ [0, 0, 1], [0, 0, 1], atol=1e-3)


def test_cameras_stay_when_the_numbers_change(trio):
    drag(trio, 0.5)
    turned = cameras(trio)
    trio.get_by_role("radio", name="Along a").click()
    trio.wait_for_url(re.compile("strain=Along"))
    trio.wait_for_function(
        "document.querySelector('.js-plotly-plot')?.layout.xaxis.title.text"
        " === 'Strain, along a (%)'"
    )
    next_frames(trio)
    assert cameras(trio) == turned


def test_slider_moves_the_point_and_mode_and_element_change_the_curve(browse):
    page = browse("/Compare?compare=rock-salt-nacl,wurtzite-zns")
    page.get_by_text("Model response, not a potential-energy surface").wait_for()
    whole, point = curve(page)
    assert len(whole[0]) == 21
    assert point[0] == [0]
    slider = page.get_by_role("slider")
    slider.focus()
    slider.press("ArrowRight")
    page.wait_for_url(re.compile(r"percent=0\.5"))
    page.get_by_text("NaCl at +0.5 %").first.wait_for(state="attached")
    page.wait_for_function(
        "document.querySelector('.js-plotly-plot')?.data[1].x[0] === 0.5"
    )
    moved = curve(page)
    assert moved[0] == whole
    assert moved[1][1] == [whole[1][whole[0].index(0.5)]]
    page.get_by_role("radio", name="Along a").click()
    page.wait_for_function(
        "y => (document.querySelector('.js-plotly-plot')?.data[0].y[0] ?? y) !== y",
        arg=whole[1][0],
    )
    page.get_by_role("combobox", name="Replace").click()
    page.get_by_role("option", name="Na", exact=True).click()
    page.get_by_role("combobox", name="by", exact=True).fill("K")
    page.get_by_role("option", name="K", exact=True).click()
    page.wait_for_function(
        "document.querySelector('.js-plotly-plot').data.some(t => t.name === 'KCl')"
    )
    page.wait_for_timeout(500)
    page.screenshot(path=ARTIFACTS / "compare_swap_1400.png", full_page=True)


def test_deep_link_gives_the_same_view(browse):
    page = browse(
        "/Compare?compare=diamond-si,bcc-fe&of=B+%C2%B7+Fe&strain=Along+c&percent=1.5"
        "&property=Band+gap+%28eV%29&replace=Fe&with=Co&cell=Primitive&style=Space-fill"
    )
    page.get_by_text("Model response, not a potential-energy surface").wait_for()
    assert scene(page)["panels"][1]["counts"]["bonds"] == 0
    titles = page.locator(".js-plotly-plot").first.evaluate(
        "plot => [plot.layout.xaxis.title.text, plot.layout.yaxis.title.text,"
        " plot.data[1].x[0], plot.data[2].name]"
    )
    assert titles == ["Strain, along c (%)", "Band gap (eV)", 1.5, "Co"]


def test_a_crystal_more_is_a_panel_more(browse):
    page = browse("/Compare?compare=rock-salt-nacl,wurtzite-zns")
    assert len(scene(page)["panels"]) == 2
    page.get_by_role("combobox", name=re.compile("Crystals, 2 to 4")).fill("rutile")
    page.get_by_role("option").first.click()
    facts = wait_for_scene(page, lambda facts: len(facts["panels"]) == 3)
    assert facts["key"] == "3x1"
    page.wait_for_url(re.compile("compare=rock-salt-nacl%2Cwurtzite-zns%2C"))


def test_png_holds_every_panel(trio):
    page = trio
    with page.expect_download() as download:
        page.get_by_role("button", name="Save the picture").click()
    image = Image.open(download.value.path()).convert("RGB")
    box = page.locator(f"{VIEW} .stage").bounding_box()
    assert image.size == pytest.approx((2 * box["width"], 2 * box["height"]), abs=2)
    for k in range(3):
        part = image.crop((k * image.width // 3, 0, (k + 1) * image.width // 3, 900))
        assert len(part.getcolors(1 << 24)) > 200


@pytest.mark.parametrize(
    ("width", "scheme"), [(1400, "dark"), (400, "light"), (400, "dark")]
)
def test_compare_fits_its_window(browse, width, scheme):
    page = browse(TRIO, width=width, scheme=scheme)
    assert scene(page)["key"] == ("3x1" if width == 1400 else "1x3")
    page.get_by_text("Model response, not a potential-energy surface").wait_for()
    page.wait_for_timeout(500)
    wide = page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    assert wide <= 0
    assert colours(page) > 300
    page.screenshot(path=ARTIFACTS / f"compare_{scheme}_{width}.png", full_page=True)


def test_another_cell_of_the_same_crystal(browse):
    page = browse("/?crystal=rock-salt-nacl&cell=Primitive")
    primitive = scene(page)
    assert primitive["counts"]["atoms"] == 9  # Eight corners and the middle.
    page.get_by_text("2 (primitive cell: 2)").wait_for()
    page.get_by_role("button", name="View").click()
    page.get_by_role("radio", name="Conventional").click()
    cube = wait_for_scene(page, lambda facts: facts["counts"]["atoms"] == 27)
    assert cube["structure"] != primitive["structure"]
    page.wait_for_url(re.compile("cell=Conventional"))
    assert json.loads(page.locator(VIEW).get_attribute("data-scene"))["hash"]


def test_attention_is_shown_in_the_chosen_cell(browse):
    page = browse("/?crystal=rock-salt-nacl&cell=Primitive&layer=No+bonds")
    assert scene(page)["counts"]["atoms"] == 9
    page.get_by_role("link", name="Attention").click()
    facts = wait_for_scene(page, lambda facts: facts.get("layer") == "Model edges", 60)
    assert facts["counts"]["atoms"] == 9
    page.wait_for_url(re.compile(r"Attention\?(?=.*crystal=rock)(?=.*cell=Primitive)"))
    page.get_by_role("radio", name="Conditional").click()
    page.wait_for_url(re.compile("module=Conditional"))
    page.get_by_role("link", name="Predict").click()
    page.wait_for_url(re.compile(r"/\?(?=.*cell=Primitive)(?=.*layer=No)"))
    # Through a page without these settings, and back.
    page.get_by_role("link", name="Model", exact=True).click()
    page.get_by_text("Self-test", exact=True).wait_for()
    page.get_by_role("link", name="Attention").click()
    facts = wait_for_scene(page, lambda facts: facts.get("layer") == "Model edges", 60)
    assert facts["counts"]["atoms"] == 9
    page.wait_for_url(re.compile(r"Attention\?(?=.*module=Cond)(?=.*cell=Primitive)"))
    # Said once more after the page has settled.
    page.wait_for_timeout(1000)
    assert "cell=Primitive" in page.url


def test_a_section_of_facts_is_still_in_the_url_after_another_page(browse):
    page = browse("/?crystal=rock-salt-nacl")
    scene(page)
    # The facts are a fragment: choosing one runs nothing else of the page.
    page.get_by_role("radio", name="Diffraction").click()
    page.wait_for_url(re.compile("facts=Diffraction"))
    page.get_by_role("link", name="Attention").click()
    wait_for_scene(page, lambda facts: facts.get("layer") == "Model edges", 60)
    page.get_by_role("link", name="Predict").click()
    wait_for_scene(page, lambda facts: facts.get("layer") == "Chemical bonds", 60)
    page.wait_for_url(re.compile("facts=Diffraction"))
    assert page.get_by_role("radio", name="Diffraction").is_checked()


def test_layers_of_bonds_are_named_and_different(browse):
    page = browse("/?crystal=rock-salt-nacl")
    chemical = scene(page)
    assert chemical["layer"] == "Chemical bonds"
    page.get_by_role("button", name="View").click()
    page.get_by_role("radio", name="Model edges").click()
    model = wait_for_scene(page, lambda facts: facts["layer"] == "Model edges", 60)
    assert model["counts"]["bonds"] > chemical["counts"]["bonds"]
    page.get_by_role("radio", name="No bonds").click()
    wait_for_scene(page, lambda facts: facts["layer"] is None)
    page.wait_for_url(re.compile("layer=No"))

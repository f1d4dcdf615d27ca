"""The attention page's linked parts in a browser: small pictures, maps, points."""

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
    click_point,
    colours,
    next_frames,
    run_ended,
    scene,
    wait_for_scene,
)

QUARTZ = "/Attention?crystal=quartz-sio2"


@pytest.fixture(scope="module")
def server(serve):
    return serve(ROOT / "app.py", random_weights=True)


def ready(page):
    facts = wait_for_scene(page, lambda facts: facts.get("layer") == "Model edges", 60)
    page.get_by_text("Does it mean anything?").wait_for()
    return facts


def plot(page, number=0):
    return page.locator('[data-testid="stPlotlyChart"]').nth(number)


def test_a_square_of_the_map_is_shown_in_the_picture(browse):
    page = browse(f"{QUARTZ}&tab=Blocks+and+heads")
    before = ready(page)
    # The fifth square of the second map: conditional attention, block 2, head 1.
    click_point(page, plot(page, 1), 4)
    page.wait_for_url(re.compile("block=2"))
    after = wait_for_scene(page, lambda facts: facts["hash"] != before["hash"])
    assert "head=1" in page.url
    assert "module=Conditional" in page.url
    assert after["camera"] == before["camera"]
    run_ended(page)
    page.screenshot(path=ARTIFACTS / "attention_heads_1400.png", full_page=True)


def test_points_of_the_length_plot_light_their_bonds(browse):
    page = browse(f"{QUARTZ}&tab=Bond+lengths")
    assert ready(page)["picked"]["bonds"] == []
    click_point(page, plot(page))
    facts = wait_for_scene(page, lambda facts: facts["picked"]["bonds"])
    # All bonds of one orbit: equal ones are one point.
    assert len(facts["picked"]["bonds"]) > 1
    run_ended(page)
    page.screenshot(path=ARTIFACTS / "attention_lengths_1400.png", full_page=True)


def test_a_small_picture_chooses_and_again_shows_all(stay):
    page = stay(QUARTZ)
    whole = ready(page)
    small = page.get_by_role("button", name="Cross, block 2, head 3", exact=True)
    small.click()
    page.wait_for_url(re.compile("block=2"))
    one = wait_for_scene(page, lambda facts: facts["hash"] != whole["hash"])
    assert "head=3" in page.url
    assert small.get_attribute("aria-pressed") == "true"
    page.get_by_role("button", name="Cross, block 2, all heads").click()
    page.wait_for_url(lambda url: "head=" not in url)
    wait_for_scene(page, lambda facts: facts["hash"] != one["hash"])
    page.get_by_role("button", name="Cross, block 2, all heads").click()
    page.wait_for_url(lambda url: "block=" not in url)
    wait_for_scene(page, lambda facts: facts["hash"] == whole["hash"])


def test_small_pictures_are_painted_and_differ(stay):
    page = stay(QUARTZ)
    ready(page)
    shots = [
        page.get_by_role("button", name=f"Cross, block 1, head {k}", exact=True)
        .locator("canvas")
        .evaluate("canvas => canvas.toDataURL()")
        for k in (1, 2)
    ]
    assert shots[0] != shots[1]
    run_ended(page)
    page.screenshot(path=ARTIFACTS / "attention_1400.png")


def test_a_phone_shows_the_picture_before_the_controls(stay):
    page = stay(QUARTZ)
    page.set_viewport_size({"width": 400, "height": 900})
    ready(page)
    next_frames(page)
    picture = page.locator(VIEW).bounding_box()
    controls = page.locator(".st-key-attention_controls").bounding_box()
    assert picture["y"] < controls["y"]
    run_ended(page)
    page.screenshot(path=ARTIFACTS / "attention_400.png")
    page.set_viewport_size({"width": 1400, "height": 900})


def test_nothing_lies_over_the_atoms(browse):
    page = browse(f"{QUARTZ}&module=Side+by+side", width=1000)
    page.get_by_text("Does it mean anything?").wait_for()
    grid(page)
    lowest = page.locator(f"{VIEW} .frame").first.evaluate(
        """frame => Math.min(...[".axes", ".bar", ".legend"].map(
          (part) => frame.querySelector(part).getBoundingClientRect().top))"""
    )
    box = page.locator(f"{VIEW} .stage").bounding_box()
    shot = Image.open(io.BytesIO(page.locator(f"{VIEW} .stage").screenshot()))
    left = np.asarray(shot.convert("RGB"))[:, : shot.width // 2 - 4]
    drawn = (np.abs(left.astype(int) - left[4, 4]).sum(axis=2) > 24).any(axis=1)
    row = int(lowest - box["y"])
    # A free row between the crystal and what stands below it.
    assert drawn[:row].any()
    assert not drawn[row - 6 : row - 1].any()


def test_both_modules_stand_in_one_canvas_and_turn_together(browse):
    page = browse(f"{QUARTZ}&module=Side+by+side")
    page.get_by_text("Does it mean anything?").wait_for()
    facts = grid(page)
    assert len(facts["panels"]) == 2
    assert facts["panels"][0]["hash"] != facts["panels"][1]["hash"]
    assert page.locator(f"{VIEW} canvas").count() == 1
    assert page.get_by_text("Cross-attention", exact=True).is_visible()
    assert page.get_by_text("Conditional attention", exact=True).is_visible()
    page.locator(f"{VIEW} .stage").focus()
    page.keyboard.press("ArrowRight")
    for _ in range(100):
        turned = grid(page)
        if turned["panels"][1]["camera"] != facts["panels"][1]["camera"]:
            break
        page.wait_for_timeout(100)
    one, two = (panel["camera"][4:] for panel in turned["panels"])
    assert one == pytest.approx(two, abs=1e-3)
    assert one != facts["panels"][0]["camera"][4:]
    run_ended(page)
    page.screenshot(path=ARTIFACTS / "attention_both_1400.png", full_page=True)


def grid(page):
    page.wait_for_selector(f'{VIEW}[data-ready="true"]')
    for _ in range(300):
        facts = json.loads(page.locator(VIEW).get_attribute("data-scene") or "{}")
        if "panels" in facts:
            return facts
        page.wait_for_timeout(100)
    raise AssertionError(f"no panels in {facts}")


def test_atoms_can_be_painted_by_their_entropy(browse):
    page = browse(f"{QUARTZ}&atoms=Effective+neighbours")
    ready(page)
    bar = page.locator(f"{VIEW} .site-bar")
    bar.wait_for()
    assert "Effective neighbours" in bar.text_content()
    assert page.locator(f"{VIEW} .legend .dot").count() == 0


@pytest.mark.parametrize(
    ("width", "scheme"), [(1400, "light"), (1400, "dark"), (400, "light")]
)
def test_the_trial_runs_to_its_sentence(browse, width, scheme):
    page = browse(QUARTZ, width=width, scheme=scheme)
    ready(page)
    page.get_by_role("button", name="Whole test").click()
    page.get_by_text("All properties").wait_for()
    page.get_by_text("Symmetry-equivalent bonds in a").wait_for()
    verdict = page.get_by_text(
        re.compile(r"^(Yes|No|Only in part).*|^too few independent")
    )
    assert verdict.first.is_visible()
    click_point(page, plot(page))
    wait_for_scene(page, lambda facts: facts["picked"]["bonds"])
    run_ended(page)
    page.screenshot(
        path=ARTIFACTS / f"attention_trial_{scheme}_{width}.png", full_page=True
    )


def test_dark_and_narrow(browse):
    page = browse(f"{QUARTZ}&tab=Blocks+and+heads", width=400, scheme="dark")
    ready(page)
    assert colours(page) > 300
    assert scene(page)["counts"]["halves"] > 0
    run_ended(page)
    page.screenshot(path=ARTIFACTS / "attention_dark_400.png", full_page=True)


@pytest.mark.parametrize("width", [1400, 1000, 400])
def test_legend_and_colour_bar_do_not_meet(stay, width):
    page = stay(QUARTZ)
    page.set_viewport_size({"width": width, "height": 900})
    ready(page)
    next_frames(page)
    one, two = (
        page.locator(f"{VIEW} {part}").bounding_box() for part in (".legend", ".bar")
    )
    aside = one["x"] + one["width"] <= two["x"] or two["x"] + two["width"] <= one["x"]
    above = two["y"] + two["height"] <= one["y"] + 1
    assert aside or above
    page.set_viewport_size({"width": 1400, "height": 900})

"""The structure library in a browser: clicking elements, typing, keyboard, phone."""

import re

import pytest

from crysformer.paths import ROOT
from tests.support.browser import ARTIFACTS, scene, wait_for_scene

SALT = "rock-salt-nacl"


@pytest.fixture(scope="module")
def server(serve):
    return serve(ROOT / "app.py", random_weights=True)


def library(browse, path="/", **options):
    """Open the dialog over a drawn page."""
    page = browse(f"{path}?crystal={SALT}", **options)
    scene(page)
    page.get_by_role("button", name="Add crystal").click()
    page.get_by_role("button", name="Library").click()
    page.locator(".card[data-id]").first.wait_for()
    return page


def status(page, words):
    page.locator(".library .status", has_text=words).wait_for()


def ids(page):
    return [
        card.get_attribute("data-id") for card in page.locator(".card[data-id]").all()
    ]


def element(page, name):
    return page.get_by_role("button", name=re.compile(rf"^{name}(, |$)"))


def test_elements_that_must_and_must_not_be_there(browse):
    page = library(browse)
    element(page, "Titanium").click()
    element(page, "Oxygen").click()
    page.get_by_role("radio", name="without").check()
    element(page, "Barium").click()
    page.get_by_text("Crystals with all of Ti, O; without Ba").wait_for()
    page.locator('.card[data-id="rutile-tio2"]').wait_for()
    page.wait_for_function("!document.querySelector('[aria-busy]')")
    page.locator('.card[data-id="perovskite-batio3"]').wait_for(state="detached")
    assert element(page, "Barium").get_attribute("aria-label") == "Barium, excluded"
    page.screenshot(path=ARTIFACTS / "library_light_1400.png")
    page.get_by_role("button", name="Clear").click()
    status(page, "of 257 crystals")


@pytest.mark.parametrize("path", ["/", "/Attention"])
def test_a_card_opens_its_crystal_and_the_url_names_it(browse, path):
    page = library(browse, path)
    before = scene(page)["structure"]
    page.get_by_role("searchbox").fill("O2 Ti")
    status(page, "3 crystals")
    assert ids(page) == ["rutile-tio2", "anatase-tio2", "brookite-tio2"]
    page.locator('.card[data-id="anatase-tio2"]').click()
    page.wait_for_url(re.compile("crystal=anatase-tio2"))
    wait_for_scene(page, lambda facts: facts["structure"] != before, 60)
    assert page.locator(".library").count() == 0
    page.reload()
    scene(page)
    assert "crystal=anatase-tio2" in page.url


def test_the_question_is_still_there_when_the_dialog_opens_again(browse):
    page = library(browse)
    page.get_by_role("searchbox").fill("Fm-3m")
    status(page, "of 32 crystals")
    page.get_by_role("button", name="Next").click()
    status(page, "13 to 24 of 32")
    page.keyboard.press("Escape")
    page.locator(".library").wait_for(state="detached")
    page.get_by_role("button", name="Add crystal").click()
    page.get_by_role("button", name="Library").click()
    status(page, "13 to 24 of 32")
    assert page.get_by_role("searchbox").input_value() == "Fm-3m"


def test_keys_alone_reach_everything(browse):
    page = library(browse)
    assert page.evaluate(
        "document.querySelector('[role=dialog]').contains(document.activeElement)"
    )
    # The table is one stop for the tabulator; arrows walk from sodium over potassium.
    element(page, "Sodium").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Space")
    page.get_by_text("Crystals with all of K").wait_for()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    page.get_by_text("Crystals with all of K, Ca").wait_for()
    status(page, "Any crystal can be uploaded")
    page.keyboard.press("Enter")
    page.locator('.card[data-id="rock-salt-kcl"]').wait_for()
    page.locator('.card[data-id="rock-salt-kcl"]').focus()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("crystal=rock-salt-kcl"))


def test_return_opens_the_only_crystal_that_fits(browse):
    page = library(browse)
    page.get_by_role("searchbox").fill("spinel")
    status(page, "5 crystals")
    page.keyboard.press("Enter")
    focused = "document.activeElement.shadowRoot.activeElement.dataset.id"
    assert page.evaluate(focused) == ids(page)[0]
    page.get_by_role("searchbox").fill("kcl")
    status(page, re.compile("^1 crystal$"))
    page.get_by_role("searchbox").press("Enter")
    page.wait_for_url(re.compile("crystal=rock-salt-kcl"))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_has_room_for_it(browse, scheme):
    page = library(browse, width=400, height=860, scheme=scheme)
    page.locator("details.elements > summary").click()
    element(page, "Hydrogen").click()
    page.get_by_text("Crystals with all of H").wait_for()
    page.wait_for_timeout(500)
    assert page.evaluate("document.documentElement.scrollWidth") <= 400
    width = page.locator(".library").bounding_box()["width"]
    assert width <= 400
    page.screenshot(path=ARTIFACTS / f"library_{scheme}_400.png")


def test_every_picture_has_words_and_every_control_a_name(browse):
    page = library(browse)
    pictures = page.locator(".card img").all()
    assert len(pictures) == 12
    assert all(img.get_attribute("alt").startswith("Unit cell of") for img in pictures)
    assert all(img.evaluate("img => img.naturalWidth") > 0 for img in pictures)
    assert page.get_by_role("searchbox", name=re.compile("^Formula, name")).count() == 1
    assert page.get_by_role("group", name="Periodic table").count() == 1

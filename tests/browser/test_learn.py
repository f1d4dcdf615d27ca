"""The lesson in a browser: every step drawn, answered, printed, at every width."""

import re

import pytest

from crysformer.lesson.steps import STEPS
from crysformer.paths import ROOT
from tests.support.browser import (
    ARTIFACTS,
    VIEW,
    run_ended,
    scene,
    wait_for_colours,
    wait_for_scene,
)
from tests.support.numbers import powers_of_ten

SALT = "rock-salt-nacl"
WITH_VIEW = {1, 2, 3, 7, 9}
WITH_CHART = {2, 3, 4, 5, 6, 7, 8, 9}
WITH_EQUATIONS = {4, 5, 6}
FITS = """width => document.documentElement.scrollWidth <= width
    && [...document.querySelectorAll(".js-plotly-plot")].every(plot => {
        const place = plot.getBoundingClientRect()
        return place.left >= 0 && place.right <= width
    })"""


@pytest.fixture(scope="module")
def server(serve):
    return serve(ROOT / "app.py")


def go_on(page, step):
    """Go to a step by the button of the one before."""
    # A button with a help text is drawn twice, once for a mouse and once for a finger.
    way = page.locator(".st-key-lesson_next button:visible")
    way.filter(has_text=STEPS[step - 1].name).click()


def opened(browse, step, **options):
    """Open one step by its address and wait until all of it is there."""
    page = browse(f"/Learn?crystal={SALT}&step={step}", **options)
    page.get_by_text("Question.").wait_for()
    if step in WITH_CHART:
        page.locator(".js-plotly-plot .main-svg").first.wait_for()
    if step in WITH_EQUATIONS:
        page.locator(".katex").first.wait_for()
    return page


@pytest.mark.parametrize(
    ("width", "scheme"), [(1400, "light"), (400, "dark")], ids=["wide", "narrow"]
)
def test_the_way_through_the_lesson(browse, width, scheme):
    page = opened(browse, 1, width=width, height=900, scheme=scheme)
    for step in range(1, 10):
        if step > 1:
            go_on(page, step)
            page.wait_for_url(re.compile(f"step={step}"))
        page.get_by_text(re.compile(f"^{step} · ")).first.wait_for()
        run_ended(page)
        page.get_by_text("Question.").wait_for()
        if step in WITH_EQUATIONS:
            page.locator(".katex").first.wait_for()
        if step in WITH_VIEW:
            page.locator(VIEW).first.wait_for()
        assert page.locator(VIEW).count() == (step in WITH_VIEW)
        if step in WITH_VIEW:
            wait_for_colours(page, 300)
        if step in WITH_CHART:
            page.locator(".js-plotly-plot .main-svg").first.wait_for()
        # Nothing sticks out: a projector and a phone show whole lines.
        page.wait_for_function(FITS, arg=width)
        page.screenshot(path=ARTIFACTS / f"learn_{step}_{scheme}_{width}.png")
    page.locator(".st-key-lesson_back button:visible").click()
    page.wait_for_url(re.compile("step=8"))
    page.get_by_role("radio", name=re.compile("^3 Line graph")).or_(
        page.get_by_role("button", name=re.compile("^3 Line graph"))
    ).first.click()
    page.wait_for_url(re.compile("step=3"))
    page.get_by_text("Bonds become nodes, angles become edges").wait_for()


def shells_appear_with_the_slider(page):
    wait_for_scene(page, lambda facts: facts["counts"]["bonds"] == 6)
    page.get_by_role("slider").first.press("ArrowRight")
    facts = wait_for_scene(page, lambda facts: facts["counts"]["bonds"] == 18)
    assert facts["counts"]["atoms"] + facts["counts"]["ghosts"] == 19


def test_shells_follow_the_slider_and_a_question_is_answered_by_keyboard(browse):
    page = opened(browse, 2)
    shells_appear_with_the_slider(page)
    assert page.get_by_text("arbitrarily").count() == 0
    field = page.get_by_role("spinbutton", name="Your answer")
    field.fill("12")
    field.press("Enter")
    page.get_by_text("Not yet").wait_for()
    field.fill("18")
    field.press("Enter")
    page.get_by_text("Right.", exact=True).wait_for()
    assert page.get_by_text("drop 6, arbitrarily").is_visible()


def test_one_of_each_kind(browse):
    page = opened(browse, 9)
    wait_for_scene(page, lambda facts: facts["counts"]["bonds"] == 18)
    assert page.get_by_text("2 atoms, 36 bonds, 612 angles").is_visible()
    page.get_by_role("radio", name="One of each kind").click()
    wait_for_scene(page, lambda facts: facts["counts"]["bonds"] == 2)
    page.get_by_text("2 atoms, 4 bonds").wait_for()


def test_the_live_checks_hold_with_the_shipped_weights(browse):
    page = opened(browse, 5)
    for step in (5, 6):
        page.get_by_text(re.compile(f"^{step} · ")).first.wait_for()
        run_ended(page)
        numbers = powers_of_ten(page.get_by_text("Checked now").inner_text())
        assert numbers[0] <= numbers[1] == 1e-5
        assert numbers[2] <= numbers[3] == 1e-6
        go_on(page, step + 1)


def test_the_handout_is_two_pages(browse, chromium, tmp_path):
    page = opened(browse, 1)
    page.get_by_role("button", name="Hand-out").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="To print").first.click()
    path = tmp_path / "handout.html"
    download.value.save_as(path)
    assert download.value.suggested_filename == "NaCl-lesson-teacher.html"
    paper = chromium.new_page()
    paper.goto(path.as_uri())
    assert paper.locator("h3").count() == 9
    assert "Answer: 18." in paper.content()
    pdf = paper.pdf(prefer_css_page_size=True, path=ARTIFACTS / "learn_handout.pdf")
    paper.close()
    assert len(re.findall(rb"/Type\s*/Page\b", pdf)) == 2


def test_the_first_steps_do_not_wait_for_the_network(serve, open_page):
    fresh = serve(ROOT / "app.py", fresh=True)
    page, record = open_page()
    page.goto(f"{fresh.url}/Learn?crystal={SALT}&step=2")
    assert scene(page)["counts"]["bonds"] == 6
    page.get_by_text("Question.").wait_for()
    assert page.get_by_test_id("stSidebar").get_by_text("Device").count() == 0
    assert record.errors == []


def test_a_projector_has_large_type_and_no_sidebar(browse):
    page = opened(browse, 2)
    sidebar = page.get_by_test_id("stSidebar")
    words = page.get_by_text("Each atom looks at its")
    size = "element => parseFloat(getComputedStyle(element).fontSize)"
    small = words.evaluate(size)
    assert sidebar.is_visible()
    page.get_by_text("Projector", exact=True).click()
    sidebar.wait_for(state="hidden")
    assert words.evaluate(size) > 1.25 * small
    page.wait_for_url(re.compile("projector=true"))
    assert page.evaluate("document.documentElement.scrollWidth") <= 1400
    run_ended(page)
    page.screenshot(path=ARTIFACTS / "learn_projector.png")

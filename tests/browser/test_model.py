"""The Model page in a browser: pictures, nothing spills over, the self-test."""

import pytest

from crysformer.paths import ROOT
from tests.support.browser import ARTIFACTS, count_colours, next_frames, run_ended

PLOT = ".js-plotly-plot"
FITS = """() => {
    const main = document.querySelector("[data-testid=stMain]")
    return main.scrollWidth <= main.clientWidth
}"""
CUT = """() => {
    const cut = []
    for (const frame of document.querySelectorAll(".blocks-frame"))
        if (frame.scrollWidth > frame.clientWidth) cut.push(frame.firstChild.ariaLabel)
    for (const plot of document.querySelectorAll(".js-plotly-plot")) {
        const room = plot.getBoundingClientRect()
        for (const title of plot.querySelectorAll(".xtitle, .ytitle")) {
            const box = title.getBoundingClientRect()
            const fits = box.left >= room.left && box.right <= room.right
            if (!fits) cut.push(title.textContent)
        }
    }
    return cut
}"""
PATH = "/Model?shown=Band+gap%2C+OptB88vdW+%28eV%29"


@pytest.fixture(scope="module")
def server(serve):
    return serve(ROOT / "app.py")


def drawn(page, number=9):
    """Wait until every picture of the page has its axes."""
    page.locator(PLOT).nth(number - 1).wait_for()
    page.wait_for_function(
        f"document.querySelectorAll('{PLOT} .main-svg').length >= {number}"
    )
    assert page.locator(PLOT).count() == number


@pytest.mark.parametrize(
    ("width", "scheme"), [(1400, "light"), (1000, "dark"), (400, "light"), (400, "dark")]
)
def test_every_picture_is_drawn_within_the_page(browse, width, scheme):
    page = browse(PATH, width=width, height=1000, scheme=scheme)
    drawn(page)
    ARTIFACTS.mkdir(exist_ok=True)
    run_ended(page)
    main = page.locator('[data-testid="stMain"]')
    tall = main.evaluate("element => element.scrollHeight")
    page.set_viewport_size({"width": width, "height": min(tall + 60, 9000)})
    # The plots follow the window's size by and by.
    page.wait_for_function(FITS)
    next_frames(page)
    page.screenshot(path=ARTIFACTS / f"model-{width}-{scheme}.png")
    assert page.evaluate(CUT) == []
    for picture in page.locator(PLOT).all():
        assert count_colours(picture.screenshot()) > 20


def test_the_property_of_the_url_is_the_one_drawn_and_the_self_test_passes(browse):
    page = browse(PATH)
    drawn(page)
    assert page.get_by_text("Computed: Band gap, OptB88vdW (eV)").first.is_visible()
    button = page.get_by_role("button", name="Run the self-test")
    button.focus()
    page.keyboard.press("Enter")
    page.get_by_text("No difference").wait_for()

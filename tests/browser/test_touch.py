"""Fingers on the 3D views, with Chromium's touch events."""

from pathlib import Path

import numpy as np
import pytest

from tests.support.browser import READY, at, scene, wait_for_scene

SCROLLED = "document.querySelector('[data-testid=stMain]').scrollTop"
STEPS = 12
# What stands above a view may still settle by a few pixels, which the page makes up for;
# a finger that scrolled would have moved it by 40 or more.
SETTLED = 15
SIZE = {"width": 400, "height": 800, "phone": True}


@pytest.fixture(scope="module")
def server(serve):
    return serve(Path("app.py"))


class Phone:
    """A page under fingers."""

    def __init__(self, page):
        page.wait_for_selector(READY)
        page.get_by_text("Formation energy").first.wait_for(state="attached")
        page.wait_for_timeout(500)
        self.page = page
        self.chromium = page.context.new_cdp_session(page)
        self.stage = page.locator(".stage").first
        # Cards stand above it, and grow until the numbers are there.
        page.wait_for_load_state("networkidle")
        page.wait_for_timeout(2500)
        self.stage.evaluate("stage => stage.scrollIntoView({block: 'center'})")
        page.wait_for_timeout(500)
        self.start = self.scrolled()

    @property
    def centre(self):
        """Where fingers start: on the first picture, as it lies now."""
        box = self.stage.bounding_box()
        return (
            box["x"] + box["width"] / 2,
            box["y"] + min(box["height"] / 2, 150),
        )

    def touch(self, *paths, late=0):
        """Move fingers together along their paths, from the centre, and lift them.

        Those after the first come down ``late`` steps after it, where they are then.
        """
        centre = self.centre
        for step in range(STEPS + 1):
            points = [
                centre + np.add(start, np.subtract(end, start) * step / STEPS)
                for start, end in (paths if step >= late else paths[:1])
            ]
            self._send("touchMove" if step not in (0, late) else "touchStart", points)
        self._send("touchEnd", [])
        self.page.wait_for_timeout(600)

    def tap(self, point):
        """Touch a place of the page for a moment."""
        self._send("touchStart", [point])
        self._send("touchEnd", [])

    def _send(self, kind, points):
        fingers = [{"x": x, "y": y, "id": k} for k, (x, y) in enumerate(points)]
        self.chromium.send(
            "Input.dispatchTouchEvent", {"type": kind, "touchPoints": fingers}
        )

    def cameras(self):
        """Cameras of all pictures, as the view publishes them."""
        facts = scene(self.page)
        return [each["camera"] for each in facts.get("panels", [facts])]

    def scrolled(self):
        """How far the page is scrolled, pixels."""
        return self.page.evaluate(SCROLLED)


@pytest.mark.parametrize("page", ["/", "/Compare"])
def test_a_finger_scrolls_or_turns_and_two_zoom(browse, page):
    phone = Phone(browse(f"{page}?crystal=rutile-tio2", **SIZE))
    opened = phone.cameras()
    phone.touch(((0, 60), (5, -140)))
    assert phone.scrolled() > phone.start + 100
    assert phone.cameras() == opened
    phone.page.wait_for_timeout(1500)  # The page coasts on for a while.
    phone.page.evaluate(f"{SCROLLED} = {phone.start}")
    phone.page.wait_for_timeout(500)
    phone.touch(((-60, 0), (90, 40)))
    assert phone.scrolled() == pytest.approx(phone.start, abs=SETTLED)
    turned = phone.cameras()
    for new, old in zip(turned, opened, strict=True):
        assert new[:4] == old[:4]
        assert new[4:] != old[4:]
    phone.touch(((0, -20), (0, -90)), ((0, 20), (0, 90)))
    assert phone.scrolled() == pytest.approx(phone.start, abs=SETTLED)
    for new, old in zip(phone.cameras(), turned, strict=True):
        assert new[3] > old[3]


def test_a_finger_that_joins_one_that_scrolls_does_not_zoom(browse):
    phone = Phone(browse("/?crystal=rutile-tio2", **SIZE))
    opened = phone.cameras()
    phone.touch(((0, 60), (0, -140)), ((40, 60), (90, 60)), late=6)
    assert phone.scrolled() > phone.start + 50
    assert phone.cameras() == opened


def test_a_tap_picks_an_atom(browse):
    phone = Phone(browse("/?crystal=caesium-chloride-cscl", **SIZE))
    phone.tap(at(phone.page, (0, 0, 0)))
    picked = wait_for_scene(phone.page, lambda facts: facts["picked"]["sites"])["picked"]
    assert picked["sites"] == [0]

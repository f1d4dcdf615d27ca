"""Waiting for the first picture: never for ever, and never once the model is loaded."""

import pytest
from streamlit.runtime.context import ContextProxy

from crysformer.ui.session import first_picture
from tests.support.pages import ATTENTION, SALT, SILICON, app, tables


class Clock:
    """Time that passes only while someone sleeps."""

    def __init__(self):
        self.now = 0.0

    def monotonic(self):
        """Tell the time in seconds."""
        return self.now

    def sleep(self, seconds):
        """Let time pass."""
        self.now += seconds


@pytest.fixture
def clock(monkeypatch):
    """A visitor with a browser whose view never reports, and a clock."""
    monkeypatch.setattr(ContextProxy, "headers", {"User-Agent": "a browser"})
    clock = Clock()
    monkeypatch.setattr(first_picture, "time", clock)
    return clock


@pytest.mark.parametrize("page", [None, ATTENTION])
def test_a_view_that_never_draws_delays_the_model_by_seconds(random_weights, clock, page):
    test = app(page, crystal=SALT.id)
    assert first_picture.PATIENCE_S <= clock.now <= 2 * first_picture.PATIENCE_S + 0.1
    assert any("Value" in table for table in tables(test))


def test_nothing_waits_once_the_model_is_loaded(random_weights, clock):
    first_picture.predictor_ready.set()
    app(crystal=SILICON.id)
    assert clock.now == 0.0


def test_a_page_without_a_view_waits_for_none(random_weights, clock):
    first_picture.wait()
    assert clock.now == 0.0

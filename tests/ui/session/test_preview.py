"""The preview of the exported picture, with stmol and without."""

import sys
from importlib.util import find_spec

import pytest

from tests.support.pages import ATTENTION, SALT, app, text


@pytest.mark.skipif(find_spec("stmol") is None, reason="needs requirements.txt's stmol")
@pytest.mark.parametrize("page", [None, ATTENTION])
def test_the_picture_can_be_previewed_with_stmol(random_weights, page):
    test = app(page, crystal=SALT.id)
    test.toggle(key="export_preview").set_value(True).run()
    assert not test.exception
    assert len(test.get("iframe")) == 1


@pytest.mark.parametrize("page", [None, ATTENTION])
def test_the_app_works_without_stmol(random_weights, monkeypatch, page):
    monkeypatch.setitem(sys.modules, "stmol", None)
    test = app(page, crystal=SALT.id)
    test.toggle(key="export_preview").set_value(True).run()
    assert not test.exception
    assert "The preview needs stmol" in text(test)
    assert not test.get("iframe")

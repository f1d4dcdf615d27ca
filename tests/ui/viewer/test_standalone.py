"""The exported page: everything inside, and nothing that a file could smuggle in."""

import json
import re

import pytest

from crysformer.errors import SettingsError
from crysformer.library.catalogue import get_crystal
from crysformer.picture.bonds import chemical_bonds
from crysformer.picture.scene import build_scene
from crysformer.ui.viewer import view
from crysformer.ui.viewer.standalone import standalone_page

NASTY = "</script><script>window.hacked = 1</script>"


@pytest.fixture
def scene():
    structure = get_crystal("rock-salt-nacl").structure()
    bar = {"title": NASTY, "colours": ["#000000", "#ffffff"], "ticks": []}
    return build_scene(structure, chemical_bonds(structure), colour_bar=bar)


@pytest.fixture
def library(tmp_path, monkeypatch):
    monkeypatch.setattr(view, "LIBRARY", tmp_path / "3Dmol-min.js")
    view.LIBRARY.write_text("window.drawn = true;")


def data_of(page):
    return json.loads(re.search(r'type="application/json">(.*?)</script>', page)[1])


@pytest.mark.parametrize("count", [1, 2])
def test_the_page_holds_the_scene_and_asks_nobody(scene, library, count):
    page = standalone_page([scene] * count, [NASTY] * count, NASTY, "x").decode()
    data = data_of(page)
    found = data["scene"] if count == 1 else data["scenes"][1]["scene"]
    assert found == json.loads(json.dumps(scene.payload))
    assert "data:text/javascript;base64," in page
    assert not re.findall(r"(?:src|href)=\"https?://", page)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_strings_of_a_file_open_no_tag(scene, library, scheme):
    page = standalone_page([scene, scene], [NASTY, NASTY], NASTY, "x", scheme).decode()
    assert "<script>window.hacked" not in page
    assert page.count("</script>") == 3


def test_the_theme_is_the_one_asked_for(scene, library):
    one, two = (
        standalone_page([scene], [""], "t", "x", scheme).decode()
        for scheme in ("light", "dark")
    )
    assert "color-scheme: light" in one
    assert "color-scheme: dark" in two


def test_a_missing_script_is_said(scene, tmp_path, monkeypatch):
    monkeypatch.setattr(view, "LIBRARY", tmp_path / "3Dmol-min.js")
    with pytest.raises(SettingsError, match=r"picture\.asset"):
        standalone_page([scene], [""], "t", "x")

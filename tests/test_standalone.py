"""The exported page holds the whole picture and asks nobody for anything."""

import re

import pytest

from crysformer import standalone
from crysformer.drawn_bonds import chemical_bonds
from crysformer.errors import SettingsError
from crysformer.library import get_crystal
from crysformer.scene import build_scene


@pytest.fixture
def scene():
    structure = get_crystal("rock-salt-nacl").structure()
    return build_scene(structure, chemical_bonds(structure))


@pytest.fixture
def script(tmp_path, monkeypatch):
    path = tmp_path / "3Dmol-min.js"
    path.write_text("window.drawn = true;")
    monkeypatch.setattr(standalone, "SCRIPT", path)


def test_page_draws_every_atom_half_bond_and_cell_edge(scene, script):
    page = standalone.standalone_html(scene)
    assert len(re.findall("addSphere", page)) == len(scene.payload["atoms"]["site"])
    assert len(re.findall("addCylinder", page)) == scene.counts["halves"]
    assert len(re.findall("addLine", page)) == 12


def test_page_loads_nothing_from_anywhere(scene, script):
    page = standalone.standalone_html(scene)
    assert "data:text/javascript;base64," in page
    assert not re.findall(r"https?://", page)


def test_missing_script_is_said(scene, monkeypatch, tmp_path):
    monkeypatch.setattr(standalone, "SCRIPT", tmp_path / "3Dmol-min.js")
    with pytest.raises(SettingsError, match=r"3Dmol-min\.js.*viewer_asset"):
        standalone.standalone_html(scene)

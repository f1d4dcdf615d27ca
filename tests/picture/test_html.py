"""The exported page holds the whole picture and asks nobody for anything."""

import json
import math
import re

import pytest

from crysformer.errors import SettingsError
from crysformer.library.catalogue import get_crystal
from crysformer.picture import html
from crysformer.picture.bonds import chemical_bonds
from crysformer.picture.scene import build_scene


@pytest.fixture
def scene():
    structure = get_crystal("rock-salt-nacl").structure()
    return build_scene(structure, chemical_bonds(structure))


@pytest.fixture
def script(tmp_path, monkeypatch):
    path = tmp_path / "3Dmol-min.js"
    path.write_text("window.drawn = true;")
    monkeypatch.setattr(html, "SCRIPT", path)


def test_page_draws_every_atom_half_bond_and_cell_edge(scene, script):
    page = html.standalone_html(scene)
    assert len(re.findall("addSphere", page)) == len(scene.payload["atoms"]["site"])
    assert len(re.findall("addCylinder", page)) == scene.counts["halves"]
    assert len(re.findall("addLine", page)) == 12


def test_page_opens_with_the_view_of_the_app(scene, script):
    page = html.standalone_html(scene)
    call = re.search(r"rotate\(([-\d.]+),({.*?})\)", page)
    angle, axis = math.radians(float(call[1])), json.loads(call[2])
    half = [axis[name] * math.sin(angle / 2) for name in "xyz"] + [math.cos(angle / 2)]
    assert half == pytest.approx(scene.payload["views"]["home"], abs=1e-6)


def test_page_loads_nothing_from_anywhere(scene, script):
    page = html.standalone_html(scene)
    assert "data:text/javascript;base64," in page
    assert not re.findall(r"https?://", page)


def test_missing_script_is_said(scene, monkeypatch, tmp_path):
    monkeypatch.setattr(html, "SCRIPT", tmp_path / "3Dmol-min.js")
    with pytest.raises(SettingsError, match=r"3Dmol-min\.js.*picture\.asset"):
        html.standalone_html(scene)

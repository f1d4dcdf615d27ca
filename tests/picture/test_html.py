"""The exported page holds the whole picture and asks nobody for anything."""

import json
import math
import re

import pytest

from crysformer.errors import SettingsError
from crysformer.library.catalogue import get_crystal
from crysformer.picture.bonds import chemical_bonds
from crysformer.picture.html import standalone_html
from crysformer.picture.scene import build_scene


@pytest.fixture
def scene():
    structure = get_crystal("rock-salt-nacl").structure()
    return build_scene(structure, chemical_bonds(structure))


@pytest.fixture
def page(scene, tmp_path):
    script = tmp_path / "3Dmol-min.js"
    script.write_text("window.drawn = true;")
    return standalone_html(scene, script=script)


def test_page_draws_every_atom_half_bond_and_cell_edge(scene, page):
    assert len(re.findall("addSphere", page)) == len(scene.payload["atoms"]["site"])
    assert len(re.findall("addCylinder", page)) == scene.counts["halves"]
    assert len(re.findall("addLine", page)) == 12


def test_page_opens_with_the_view_of_the_app(scene, page):
    call = re.search(r"rotate\(([-\d.]+),({.*?})\)", page)
    angle, axis = math.radians(float(call[1])), json.loads(call[2])
    half = [axis[name] * math.sin(angle / 2) for name in "xyz"] + [math.cos(angle / 2)]
    assert half == pytest.approx(scene.payload["views"]["home"], abs=1e-6)


def test_page_loads_nothing_from_anywhere(page):
    assert "data:text/javascript;base64," in page
    assert not re.findall(r"https?://", page)


def test_missing_script_is_said(scene, tmp_path):
    with pytest.raises(SettingsError, match=r"3Dmol-min\.js.*picture\.asset"):
        standalone_html(scene, script=tmp_path / "3Dmol-min.js")

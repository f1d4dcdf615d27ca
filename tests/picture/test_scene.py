"""Scenes against pictures whose atoms and bonds can be counted by hand."""

import json

import numpy as np
import pytest
from pymatgen.core import Lattice, Structure

from crysformer.errors import SettingsError
from crysformer.picture.bonds import DrawnBonds, chemical_bonds
from crysformer.picture.copies import BOUNDARY, CELL, GHOST
from crysformer.picture.palette import element_colours
from crysformer.picture.scene import build_scene


@pytest.fixture(scope="module")
def rock_salt():
    return Structure.from_spacegroup(
        "Fm-3m", Lattice.cubic(5.64), ["Na", "Cl"], [[0, 0, 0], [0.5, 0.5, 0.5]]
    )


@pytest.fixture(scope="module")
def silicon():
    return Structure(
        Lattice.from_parameters(3.84, 3.84, 3.84, 60, 60, 60),
        ["Si", "Si"],
        [[0, 0, 0], [0.25, 0.25, 0.25]],
    )


def kinds(scene):
    return np.bincount(scene.payload["atoms"]["kind"], minlength=3)


def test_rock_salt_cell_draws_27_atoms(rock_salt):
    scene = build_scene(rock_salt)
    # 8 corners, 6 faces, 12 edges, 1 body centre.
    assert scene.counts["atoms"] == 27
    assert kinds(scene)[CELL] == 8
    assert kinds(scene)[BOUNDARY] == 19
    symbols = [rock_salt[site].specie.symbol for site in scene.payload["atoms"]["site"]]
    assert symbols.count("Na") == 14
    assert symbols.count("Cl") == 13


def test_boundary_images_can_be_left_out(rock_salt):
    assert build_scene(rock_salt, boundary=False).counts["atoms"] == 8


def test_supercell_is_for_display(rock_salt):
    scene = build_scene(rock_salt, supercell=(2, 1, 1))
    assert scene.counts["atoms"] == 45
    assert scene.payload["structure"] == build_scene(rock_salt).payload["structure"]
    with pytest.raises(SettingsError, match="64000 atoms"):
        build_scene(rock_salt, supercell=(20, 20, 20))


def test_a_site_a_hair_below_the_face_is_on_it(rock_salt):
    moved = rock_salt.copy()
    moved.translate_sites([0], [-1e-4, 0, 0], to_unit_cell=False)
    assert build_scene(moved).counts["atoms"] == 27


@pytest.mark.parametrize(
    ("beyond", "halves", "ghosts"),
    [("Nothing", 108, 0), ("Half bonds", 162, 0), ("Ghost atoms", 216, 54)],
)
def test_rock_salt_bonds_leave_the_cell_as_asked(rock_salt, beyond, halves, ghosts):
    # 27 atoms with six half bonds each; 54 of them cross the faces of the cube.
    scene = build_scene(rock_salt, chemical_bonds(rock_salt), beyond=beyond)
    assert scene.counts["halves"] == halves
    assert scene.counts["ghosts"] == kinds(scene)[GHOST] == ghosts
    assert scene.counts["bonds"] == 48


def test_halves_end_in_the_middle_and_take_their_atoms_colour(rock_salt):
    bonds = build_scene(rock_salt, chemical_bonds(rock_salt)).payload["bonds"]
    lengths = np.linalg.norm(np.subtract(bonds["middle"], bonds["start"]), axis=1)
    assert lengths == pytest.approx(np.full(len(lengths), 1.41), abs=2e-4)
    colours = element_colours(["Na", "Cl"], "Jmol")
    assert colours == {"Na": "#ab5cf2", "Cl": "#1ff01f"}
    for row, centre in enumerate(bonds["i"]):
        assert bonds["colour"][row] == colours[rock_salt[centre].specie.symbol]


def test_bonds_follow_sites_outside_the_cell(rock_salt):
    moved = rock_salt.copy()
    moved.translate_sites([1, 5], [2, -1, 3], to_unit_cell=False)
    here = build_scene(rock_salt, chemical_bonds(rock_salt))
    there = build_scene(moved, chemical_bonds(moved))
    assert there.counts == here.counts
    ends = [
        sorted(map(tuple, scene.payload["bonds"]["middle"])) for scene in (here, there)
    ]
    assert np.allclose(*ends, atol=2e-4)


def one_way_pair():
    return DrawnBonds.of(
        np.array([0, 0, 1]),
        np.array([1, 1, 0]),
        np.array([[0, 0, 0], [-1, 0, 0], [0, 0, 0]]),
        np.array([2.35, 2.35, 2.35]),
    )


def test_a_bond_without_reverse_is_hollow(silicon):
    bonds = one_way_pair()
    assert bonds.one_way.tolist() == [False, True, False]
    scene = build_scene(silicon, bonds, beyond="Ghost atoms")
    assert scene.payload["bonds"]["hollow"] == [0, 1, 0]
    assert scene.counts["hollow"] == 1
    assert "no reverse edge" in scene.payload["bonds"]["text"][1]


def test_hiding_a_bond_does_not_make_its_reverse_hollow(silicon):
    shown = one_way_pair().select(np.array([True, True, False]))
    assert shown.one_way.tolist() == [False, True]
    assert build_scene(silicon, shown).payload["bonds"]["id"] == [0, 1]


def test_hover_text_names_direction_image_and_length(silicon):
    text = build_scene(silicon, one_way_pair()).payload["bonds"]["text"][1]
    assert text == "Si1 → Si2 (-1 0 0) · 2.350 Å · no reverse edge"


def test_scene_is_json_and_its_hash_is_stable(rock_salt):
    bonds = chemical_bonds(rock_salt)
    first, second = build_scene(rock_salt, bonds), build_scene(rock_salt.copy(), bonds)
    assert json.loads(json.dumps(first.payload)) == first.payload
    assert first.hash == second.hash
    assert first.hash != build_scene(rock_salt, bonds, scheme="VESTA").hash
    assert build_scene(rock_salt).structure_hash == first.structure_hash


def test_space_fill_has_no_bonds_and_larger_atoms(rock_salt):
    bonds = chemical_bonds(rock_salt)
    ball, fill = (
        build_scene(rock_salt, bonds, style=style).payload
        for style in ("Ball and stick", "Space-fill")
    )
    assert fill["bonds"] is None
    assert min(fill["sites"]["radius"]) > max(ball["sites"]["radius"])


def test_polyhedra_surround_cations_only(rock_salt, silicon):
    scene = build_scene(rock_salt, chemical_bonds(rock_salt), style="Polyhedra")
    assert scene.counts["faces"] == 14
    octahedron = scene.payload["faces"][0]
    assert len(octahedron["corners"]) == 6
    assert len(octahedron["triangles"]) == 8
    assert not build_scene(silicon, chemical_bonds(silicon), style="Polyhedra").counts[
        "faces"
    ]


def test_focus_draws_one_atom_with_whole_bonds(rock_salt):
    scene = build_scene(rock_salt, chemical_bonds(rock_salt), focus=0)
    bonds = scene.payload["bonds"]
    lengths = np.linalg.norm(np.subtract(bonds["middle"], bonds["start"]), axis=1)
    assert lengths == pytest.approx(np.full(6, 2.82), abs=2e-4)
    # Sodium at the corner: three of its six neighbours lie outside the cube.
    assert scene.counts["ghosts"] == 3


def test_octahedra_are_not_hidden_by_larger_cages():
    perovskite = Structure.from_spacegroup(
        "Pm-3m",
        Lattice.cubic(3.905),
        ["Sr", "Ti", "O"],
        [[0, 0, 0], [0.5, 0.5, 0.5], [0.5, 0.5, 0]],
    )
    scene = build_scene(perovskite, chemical_bonds(perovskite), style="Polyhedra")
    assert [len(face["corners"]) for face in scene.payload["faces"]] == [6]


def test_no_bonds_left_is_still_a_picture(silicon):
    scene = build_scene(silicon, one_way_pair().select(np.zeros(3, dtype=bool)))
    assert scene.counts["bonds"] == 0
    assert scene.payload["bonds"]["layer"] == "Model edges"
    assert json.dumps(scene.payload)

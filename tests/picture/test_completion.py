"""Polyhedra with all their corners, molecules with all their atoms."""

import numpy as np
import pytest
from pymatgen.core import Lattice, Structure

from crysformer.library.catalogue import get_crystal
from crysformer.picture.bonds import chemical_bonds
from crysformer.picture.copies import Beyond
from crysformer.picture.scene import Style, build_scene

# Molecules that lie across the faces of the cell.
NITROGEN = Structure(Lattice.cubic(5.0), ["N", "N"], [[0.11, 0, 0], [-0.11, 0, 0]])
ANGLES = np.radians(np.arange(0, 360, 60))
RING = np.stack([np.cos(ANGLES), np.sin(ANGLES), np.zeros(6)], axis=1)
BENZENE = Structure(
    Lattice.cubic(9.0),
    ["C"] * 6 + ["H"] * 6,
    np.vstack([1.39 * RING, 2.48 * RING]),
    coords_are_cartesian=True,
)


def scene_of(structure, **options):
    return build_scene(structure, chemical_bonds(structure), **options)


def corners_without_an_atom(scene):
    places = {tuple(np.round(xyz, 2) + 0.0) for xyz in scene.payload["atoms"]["xyz"]}
    corners = {
        tuple(np.round(corner, 2) + 0.0)
        for face in scene.payload["faces"]
        for corner in face["corners"]
    }
    return corners - places


@pytest.mark.parametrize("name", ["rutile-tio2", "perovskite-srtio3", "fluorite-caf2"])
def test_every_corner_of_a_polyhedron_has_its_atom(name):
    structure = get_crystal(name).structure()
    whole = scene_of(structure, style=Style.POLYHEDRA, supercell=(2, 1, 1))
    assert corners_without_an_atom(whole) == set()


def test_polyhedra_are_as_many_as_without_completion():
    structure = get_crystal("rutile-tio2").structure()
    whole, cut = (
        scene_of(structure, style=Style.POLYHEDRA, complete=complete)
        for complete in (True, False)
    )
    assert whole.counts["faces"] == cut.counts["faces"]
    assert corners_without_an_atom(cut)
    assert whole.counts["atoms"] > cut.counts["atoms"]


@pytest.mark.parametrize(("molecule", "bonds"), [(NITROGEN, 2), (BENZENE, 24)])
def test_molecules_are_whole_and_nothing_leaves_them(molecule, bonds):
    scene = scene_of(molecule, boundary=False, beyond=Beyond.HALF_BONDS)
    number, size = scene.counts["atoms"], len(molecule)
    assert number % size == 0
    assert number > size
    # Every half bond meets the half of an atom that is drawn.
    assert scene.counts["halves"] == bonds * number // size


def test_the_ring_is_not_hidden_by_short_bonds_to_hydrogen():
    bonds = chemical_bonds(BENZENE)
    assert np.bincount(bonds.i).tolist() == [3] * 6 + [1] * 6


@pytest.mark.parametrize("name", ["diamond-c", "graphite-c", "rock-salt-nacl", "bcc-fe"])
def test_what_has_no_molecules_stays_as_it_is(name):
    structure = get_crystal(name).structure()
    whole, cut = (scene_of(structure, complete=each) for each in (True, False))
    assert whole.hash == cut.hash


def test_cages_of_twelve_are_no_hedgehog():
    structure = get_crystal("perovskite-srtio3").structure()
    bonds = chemical_bonds(structure)
    symbols = [site.specie.symbol for site in structure]
    assert {symbols[i] for i in bonds.i} == {"Ti", "O"}
    # Where cages are all there is, they stay.
    only = Structure.from_spacegroup(
        "Pm-3m", Lattice.cubic(4.0), ["Cs", "Cl"], [[0, 0, 0], [0.5, 0.5, 0.5]]
    )
    assert np.bincount(chemical_bonds(only).i).tolist() == [8, 8]

"""The standardised cell: primitive, exactly symmetric, and tied to the given sites."""

import numpy as np
import pytest
from pymatgen.core import Lattice, Structure

from crysformer.graph.quotient import take_quotient
from crysformer.graph.rule import NeighbourRule
from crysformer.graph.space_group import SpaceGroup
from crysformer.graph.standard_cell import Cell, standardise
from crysformer.library.catalogue import load_library
from tests.support.crystals import SHARED, TEXTBOOK, diamond, jitter, shared_structures

# Name: atoms of the primitive cell, number of the space group, operations in it.
KNOWN = {
    "rock_salt": (2, 225, 48),
    "diamond": (2, 227, 48),
    "fluorite": (3, 225, 48),
    "perovskite": (5, 221, 48),
    "wurtzite": (4, 186, 12),
    "bcc": (1, 229, 48),
    "hcp": (2, 194, 24),
    "fcc": (1, 225, 48),
    "simple_cubic": (1, 221, 48),
    "triclinic": (5, 1, 1),
}


def asymmetry(cell: Cell) -> float:
    """Largest misfit of the cell under its own operations, in Å (Å² for the metric)."""
    group = cell.group
    mapped = np.einsum("oab,ib->oia", group.rotations, cell.frac_coords)
    translation = mapped - cell.frac_coords[group.permutations] - group.shifts
    # One operation has one translation: minus, since W x + w = x' + n.
    misfit = (translation - translation[:, :1]) @ cell.lattice
    metric = cell.lattice @ cell.lattice.T
    turned = np.einsum("oba,bc,ocd->oad", group.rotations, metric, group.rotations)
    return max(np.abs(misfit).max(), np.abs(turned - metric).max())


def distance_to_given(cell: Cell, structure: Structure) -> float:
    """Largest distance between a given site and where the cell says it is, in Å."""
    frac_coords = cell.frac_coords[cell.site_atom] + cell.site_shift
    away = frac_coords @ cell.lattice - structure.cart_coords
    return float(np.linalg.norm(away, axis=1).max())


@pytest.mark.parametrize("name", KNOWN)
def test_space_group_and_primitive_cell_are_known(name):
    atoms, number, operations = KNOWN[name]
    cell = standardise(TEXTBOOK[name]())
    assert cell.num_atoms == atoms
    assert cell.number == number
    assert len(cell.group.rotations) == operations


@pytest.mark.parametrize("name", TEXTBOOK)
@pytest.mark.parametrize("scaling", [(1, 1, 1), (2, 1, 1), (2, 2, 2), (1, 3, 2)])
def test_supercells_reduce_to_the_primitive_cell(name, scaling):
    structure = TEXTBOOK[name]()
    supercell = structure.copy()
    supercell.make_supercell(scaling)
    cell = standardise(supercell)
    atoms, number, operations = KNOWN[name]
    assert (cell.num_atoms, cell.number) == (atoms, number)
    assert len(cell.group.rotations) == operations
    assert asymmetry(cell) < 1e-12

    copies = len(supercell) // atoms
    assert (np.bincount(cell.site_atom) == copies).all()
    assert abs(round(np.linalg.det(cell.supercell))) == copies
    given = [site.specie.Z for site in supercell]
    assert (cell.atomic_numbers[cell.site_atom] == given).all()
    np.testing.assert_allclose(
        cell.supercell @ cell.lattice, supercell.lattice.matrix, atol=1e-6
    )
    assert distance_to_given(cell, supercell) < 1e-6


@pytest.mark.parametrize("name", TEXTBOOK)
def test_operations_form_a_group(name):
    group = standardise(TEXTBOOK[name]()).group
    members = {
        (rotation.tobytes(), permutation.tobytes())
        for rotation, permutation in zip(group.rotations, group.permutations, strict=True)
    }
    assert len(members) == len(group.rotations)
    for rotation, permutation in zip(group.rotations, group.permutations, strict=True):
        for first, then in zip(group.rotations, group.permutations, strict=True):
            product = (rotation @ first).tobytes(), permutation[then].tobytes()
            assert product in members
    trivial = SpaceGroup.trivial(len(then))
    assert (trivial.rotations.tobytes(), trivial.permutations.tobytes()) in members


def test_a_crystal_without_symmetry_is_left_untouched():
    structure = TEXTBOOK["triclinic"]()
    cell = standardise(structure)
    assert np.array_equal(cell.lattice, structure.lattice.matrix)
    assert np.array_equal(cell.frac_coords, structure.frac_coords)
    assert np.array_equal(cell.site_atom, np.arange(5))
    assert not cell.site_shift.any()
    assert np.array_equal(cell.supercell, np.eye(3))


@pytest.mark.parametrize("name", ["rock_salt", "diamond", "fluorite"])
def test_small_noise_is_averaged_away(name):
    clean = TEXTBOOK[name]()
    noisy = jitter(clean, 0.003)
    cell = standardise(noisy)
    assert (cell.num_atoms, cell.number) == KNOWN[name][:2]
    assert asymmetry(cell) < 1e-12
    assert 1e-4 < distance_to_given(cell, noisy) < 0.02
    np.testing.assert_allclose(
        cell.supercell @ cell.lattice, noisy.lattice.matrix, atol=0.02
    )


def test_a_slightly_strained_lattice_becomes_cubic():
    lattice = Lattice.from_parameters(3.905, 3.906, 3.904, 90.01, 89.99, 90.0)
    perovskite = TEXTBOOK["perovskite"]()
    cell = standardise(Structure(lattice, perovskite.species, perovskite.frac_coords))
    assert cell.number == 221
    metric = cell.lattice @ cell.lattice.T
    np.testing.assert_allclose(metric, np.eye(3) * metric[0, 0], atol=1e-12)
    assert metric[0, 0] ** 0.5 == pytest.approx(3.905, abs=1e-4)


def test_larger_noise_is_kept():
    noisy = jitter(TEXTBOOK["diamond"](), 0.1)
    cell = standardise(noisy)
    assert (cell.num_atoms, cell.number) == (8, 1)
    assert np.allclose(cell.frac_coords + cell.site_shift, noisy.frac_coords, atol=1e-15)


def test_sites_outside_the_cell_keep_their_place():
    structure = TEXTBOOK["rock_salt"]()
    moves = np.random.default_rng(3).integers(-3, 4, size=(8, 3))
    moved = Structure(structure.lattice, structure.species, structure.frac_coords + moves)
    cell = standardise(moved)
    assert cell.num_atoms == 2
    assert distance_to_given(cell, moved) < 1e-6


@pytest.mark.skipif(not SHARED.exists(), reason="../shared/data is not beside this copy")
def test_real_crystals_become_exactly_symmetric():
    """100 crystals of JARVIS, whose typed decimals are only nearly symmetric."""
    symmetric = 0
    for structure in shared_structures("jarvis_dft_3d/val.jsonl.gz", every=55, keep=100):
        cell = standardise(structure)
        assert asymmetry(cell) < 1e-12 * max(1.0, np.abs(cell.lattice).max() ** 2)
        assert distance_to_given(cell, structure) < 0.02
        symmetric += len(cell.group.rotations) > 1
    assert symmetric > 80


@pytest.mark.parametrize(
    ("name", "allowed"),
    [
        ("rock_salt", False),
        ("diamond", False),
        ("perovskite", False),
        ("hcp", False),
        ("wurtzite", True),
        ("triclinic", True),
    ],
)
def test_symmetry_tells_where_piezoelectricity_is_forbidden(name, allowed):
    structure = TEXTBOOK[name]()
    for cell in (structure, structure * (2, 1, 1)):
        assert standardise(cell).group.piezoelectric is allowed


def test_the_class_432_has_no_inversion_and_no_piezoelectricity_either():
    """β-Mn: 24 rotations that leave no component to a tensor of third rank."""
    sites = [[0.0636] * 3, [0.125, 0.2022, 0.4522]]
    lattice = Lattice.cubic(6.315)
    manganese = Structure.from_spacegroup("P4_132", lattice, ["Mn", "Mn"], sites)
    rotations = standardise(manganese).group.rotations
    assert len(rotations) == 24
    assert not (rotations == -np.eye(3)).all(axis=(1, 2)).any()
    assert not standardise(manganese).group.piezoelectric
    # Zinc blende has 24 operations as well, and one component, d14.
    zinc_blende = diamond()
    zinc_blende.replace(0, "Zn")
    assert len(standardise(zinc_blende).group.rotations) == 24
    assert standardise(zinc_blende).group.piezoelectric


@pytest.mark.parametrize("by", [3, 100, 190])
def test_a_sheared_cell_with_atoms_far_outside_gives_the_same_graph(by):
    """No number of a crystal may depend on which vectors of its lattice a file lists."""
    given = load_library()["rutile-tio2"].structure()
    shear = np.array([[1, 0, 0], [by, 1, 0], [0, -by, 1]])
    places = given.frac_coords @ np.linalg.inv(shear)
    far = np.random.default_rng(by).integers(-by, by, size=places.shape)
    lattice = Lattice(shear @ given.lattice.matrix)
    cell = standardise(Structure(lattice, given.species, places + far))
    plain = standardise(given)
    assert cell.number == plain.number == 136
    vectors = cell.supercell @ cell.lattice
    angles = Lattice(vectors).angles
    assert np.allclose(Lattice(vectors).abc, lattice.abc, rtol=1e-6)
    assert np.allclose(angles, lattice.angles, atol=1e-4)
    graphs = [take_quotient(each, NeighbourRule()) for each in (cell, plain)]
    one, other = (np.sort(each.length.repeat(each.bond_multiplicity)) for each in graphs)
    assert np.allclose(one, other, atol=1e-7)


def test_a_cell_that_has_no_symmetry_to_find_stays_as_it_is():
    """Two atoms in one place, of which neither library makes a space group."""
    places = [[0.1, 0.2, 0.3], [0.1001, 0.2, 0.3]]
    cell = standardise(Structure(Lattice.cubic(4.0), ["Na", "Na"], places))
    assert (cell.number, len(cell.group.rotations)) == (1, 1)
    np.testing.assert_array_equal(cell.frac_coords, places)
    np.testing.assert_array_equal(cell.supercell, np.eye(3))

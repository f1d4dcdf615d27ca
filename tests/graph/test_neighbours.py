"""Neighbours against shells counted by hand and against a search written plainly."""

import itertools

import numpy as np
import pytest
from pymatgen.core import Lattice, Structure

from crysformer.errors import StructureError
from crysformer.graph.neighbours import Bonds, NeighbourRule, find_bonds
from crysformer.graph.quotient import take_quotient
from crysformer.graph.standard_cell import Cell, standardise
from tests.support.crystals import TEXTBOOK, bare_cell, jitter

RULE = NeighbourRule(tie_tolerance=0.1, envelope=False)

HALF, ROOT_HALF, ROOT_3_4 = 0.5, 0.5**0.5, 0.75**0.5
# Element: neighbours and their distance in units of the cubic lattice constant.
SHELLS = {
    "fcc": (3.615, {"Cu": [(12, ROOT_HALF)]}),
    "bcc": (2.866, {"Fe": [(8, ROOT_3_4), (6, 1.0)]}),
    "simple_cubic": (3.35, {"Po": [(6, 1.0), (12, 2**0.5)]}),
    "diamond": (5.43, {"Si": [(4, ROOT_3_4 / 2), (12, ROOT_HALF)]}),
    "rock_salt": (
        5.64,
        {
            "Na": [(6, HALF), (12, ROOT_HALF)],
            "Cl": [(6, HALF), (12, ROOT_HALF)],
        },
    ),
    "fluorite": (
        5.46,
        {
            "Ca": [(8, ROOT_3_4 / 2), (12, ROOT_HALF)],
            "F": [(4, ROOT_3_4 / 2), (6, HALF), (12, ROOT_HALF)],
        },
    ),
    "perovskite": (
        3.905,
        {
            "Sr": [(12, ROOT_HALF)],
            "Ti": [(6, HALF), (8, ROOT_3_4)],
            "O": [(2, HALF), (12, ROOT_HALF)],
        },
    ),
}


def all_bonds(cell: Cell, rule: NeighbourRule = RULE) -> Bonds:
    return find_bonds(cell, np.arange(cell.num_atoms), rule)


def keys(bonds: Bonds) -> set[tuple[int, ...]]:
    rows = zip(bonds.centre, bonds.neighbour, bonds.image, strict=True)
    return {(int(i), int(j), *map(int, image)) for i, j, image in rows}


def plain_search(cell: Cell, tie_tolerance: float) -> dict[tuple[int, ...], float]:
    """Every neighbour within the tolerance of the 12th, by trying all near images."""
    # A sphere of this radius holds dozens of atoms; heights bound the images it meets.
    radius = 3.0 * (abs(np.linalg.det(cell.lattice)) / cell.num_atoms) ** (1 / 3)
    reach = np.ceil(radius * np.linalg.norm(np.linalg.inv(cell.lattice), axis=0)) + 1
    images = [np.arange(-n, n + 1) for n in reach.astype(int)]
    images = np.array(list(itertools.product(*images)))
    found = {}
    for i in range(cell.num_atoms):
        away = cell.frac_coords[None, :] + images[:, None] - cell.frac_coords[i]
        distance = np.linalg.norm(away @ cell.lattice, axis=-1)
        distance[distance < 1e-6] = np.inf
        twelfth = np.partition(distance.ravel(), 11)[11]
        assert twelfth + tie_tolerance < radius
        for image, j in np.argwhere(distance <= twelfth + tie_tolerance):
            found[(i, int(j), *map(int, images[image]))] = float(distance[image, j])
    return found


@pytest.mark.parametrize("name", SHELLS)
def test_shells_are_those_of_the_textbook(name):
    edge, expected = SHELLS[name]
    structure = TEXTBOOK[name]()
    cell = standardise(structure)
    bonds = all_bonds(cell)
    symbols = {site.specie.Z: site.specie.symbol for site in structure}
    for atom in range(cell.num_atoms):
        shells = expected[symbols[int(cell.atomic_numbers[atom])]]
        lengths = np.concatenate([np.full(n, edge * ratio) for n, ratio in shells])
        found = bonds.length[bonds.centre == atom]
        assert found.shape == lengths.shape
        np.testing.assert_allclose(found, lengths, atol=1e-9)


def test_hcp_has_six_and_six():
    cell = standardise(TEXTBOOK["hcp"]())
    bonds = all_bonds(cell)
    near = np.hypot(3.209 / 3**0.5, 5.211 / 2)
    for atom in range(2):
        lengths = bonds.length[bonds.centre == atom]
        np.testing.assert_allclose(lengths, [near] * 6 + [3.209] * 6, atol=1e-9)


@pytest.mark.parametrize("name", TEXTBOOK)
@pytest.mark.parametrize("tie_tolerance", [0.01, 0.4])
def test_bonds_are_those_of_a_plain_search(name, tie_tolerance):
    """Also says that no shell is split: the search knows all equal distances."""
    cell = standardise(TEXTBOOK[name]())
    bonds = all_bonds(cell, NeighbourRule(tie_tolerance, envelope=False))
    expected = plain_search(cell, tie_tolerance)
    assert keys(bonds) == set(expected)
    assert len(bonds.length) == len(expected)


@pytest.mark.parametrize("name", TEXTBOOK)
def test_vectors_lead_from_centre_to_image_of_neighbour(name):
    cell = standardise(TEXTBOOK[name]())
    bonds = all_bonds(cell)
    away = (
        cell.frac_coords[bonds.neighbour] + bonds.image - cell.frac_coords[bonds.centre]
    )
    np.testing.assert_allclose(bonds.vector, away @ cell.lattice, atol=1e-12)
    np.testing.assert_allclose(
        bonds.length, np.linalg.norm(bonds.vector, axis=1), atol=1e-12
    )
    assert bonds.length.min() > 1.0
    assert (np.diff(bonds.centre) >= 0).all()


def test_an_atom_neighbours_its_own_images_but_not_itself():
    bonds = all_bonds(standardise(TEXTBOOK["simple_cubic"]()))
    assert (bonds.centre == bonds.neighbour).all()
    assert (np.abs(bonds.image).sum(axis=1) > 0).all()
    assert sorted(np.abs(bonds.image).sum(axis=1)) == [1] * 6 + [2] * 12


def test_a_skewed_lattice_basis_has_the_same_bonds():
    structure = TEXTBOOK["triclinic"]()
    shear = np.array([[1, 0, 0], [4, 1, 0], [-3, 5, 1]])
    skewed = Structure(
        Lattice(shear @ structure.lattice.matrix),
        structure.species,
        structure.cart_coords,
        coords_are_cartesian=True,
    )
    straight, oblique = (all_bonds(bare_cell(s)) for s in (structure, skewed))
    # An image n of the skewed lattice is n @ shear of the straight one.
    back = keys(
        Bonds(
            oblique.centre,
            oblique.neighbour,
            oblique.image @ shear,
            oblique.vector,
            oblique.length,
            oblique.weight,
        )
    )
    assert back == keys(straight)
    np.testing.assert_allclose(
        np.sort(oblique.length), np.sort(straight.length), atol=1e-9
    )


def test_a_torn_shell_is_kept_within_the_tolerance_and_cut_beyond_it():
    """Flattened simple cubic: 2 + 4 + 8 neighbours, then 4 more 0.0707 Å further."""
    cell = bare_cell(Structure(Lattice.tetragonal(3.35, 3.25), ["Po"], [[0, 0, 0]]))
    gap = 3.35 * 2**0.5 - np.hypot(3.35, 3.25)
    assert gap == pytest.approx(0.0702, abs=1e-3)
    assert len(all_bonds(cell, NeighbourRule(gap - 1e-4, envelope=False)).length) == 14
    assert len(all_bonds(cell, NeighbourRule(gap + 1e-4, envelope=False)).length) == 18


def test_only_some_atoms_can_be_asked_for():
    cell = standardise(TEXTBOOK["perovskite"]())
    wanted = np.array([1, 3])
    some, every = find_bonds(cell, wanted, RULE), all_bonds(cell)
    assert keys(some) == {key for key in keys(every) if key[0] in wanted}


def test_bonds_of_one_direction_exist():
    """Nearest neighbours are not mutual; such bonds are kept as they are."""
    bonds = all_bonds(standardise(TEXTBOOK["perovskite"]()))
    found = keys(bonds)
    reverses = {(j, i, -a, -b, -c) for i, j, a, b, c in found}
    assert found & reverses
    assert found - reverses


@pytest.mark.parametrize("name", TEXTBOOK)
def test_envelope_leaves_the_twelve_nearest_alone(name):
    cell = standardise(TEXTBOOK[name]())
    bonds = all_bonds(cell, NeighbourRule(0.4, envelope=True))
    assert ((bonds.weight > 0.0) & (bonds.weight <= 1.0)).all()
    for atom in range(cell.num_atoms):
        mine = bonds.centre == atom
        length, weight = bonds.length[mine], bonds.weight[mine]
        assert (weight[length <= np.sort(length)[11] + 1e-9] > 1.0 - 1e-9).all()
    assert (all_bonds(cell, NeighbourRule(0.4, envelope=False)).weight == 1.0).all()


def test_envelope_is_half_at_half_the_tolerance():
    cell = bare_cell(Structure(Lattice.tetragonal(3.35, 3.25), ["Po"], [[0, 0, 0]]))
    gap = 3.35 * 2**0.5 - np.hypot(3.35, 3.25)
    weight = all_bonds(cell, NeighbourRule(2.0 * gap, envelope=True)).weight
    np.testing.assert_allclose(weight, [1.0] * 14 + [0.5] * 4, atol=1e-6)


def bond_weights(structure: Structure, envelope: bool) -> dict[tuple[int, ...], float]:
    bonds = all_bonds(bare_cell(structure), NeighbourRule(0.3, envelope))
    rows = zip(bonds.centre, bonds.neighbour, bonds.image, bonds.weight, strict=True)
    return {(int(i), int(j), *map(int, n)): float(w) for i, j, n, w in rows}


def largest_jump(envelope: bool, step: float) -> float:
    """Largest change of any bond's weight while an atom of NaCl moves by 0.4 Å."""
    structure = jitter(TEXTBOOK["rock_salt"](), 0.05, seed=1)
    before, largest = None, 0.0
    for _ in range(round(0.4 / step)):
        structure.translate_sites(
            [0], np.array([0.6, 0.64, 0.48]) * step, frac_coords=False, to_unit_cell=False
        )
        now = bond_weights(structure, envelope)
        if before is not None:
            changed = [
                abs(now.get(bond, 0.0) - before.get(bond, 0.0))
                for bond in now.keys() | before.keys()
            ]
            largest = max(largest, *changed)
        before = now
    return largest


def test_envelope_has_no_cliffs():
    """Both lengths move by a step at most, and the cosine's slope is pi / 2."""
    step = 0.01
    assert largest_jump(True, step) <= np.pi * step / 0.3 + 2e-6
    assert largest_jump(False, step) == 1.0


@pytest.mark.parametrize(
    "structure",
    [
        # Its neighbours are 70 Å away, beyond the largest radius.
        Structure(Lattice.cubic(70.0), ["Po"], [[0, 0, 0]]),
        Structure(Lattice.cubic(200.0), ["N", "N"], [[0, 0, 0], [0, 0, 0.0055]]),
    ],
    ids=["atom", "molecule"],
)
def test_a_nearly_empty_cell_is_refused(structure):
    with pytest.raises(StructureError, match=r"too empty.*Remove vacuum"):
        take_quotient(standardise(structure), RULE)


def test_twelve_neighbours_within_the_largest_radius_are_enough():
    """The next shell of this crystal is 71 Å away."""
    structure = Structure.from_spacegroup(
        "Fm-3m", Lattice.cubic(50.0 * 2**0.5), ["Po"], [[0, 0, 0]]
    )
    lengths = all_bonds(standardise(structure)).length
    np.testing.assert_allclose(lengths, [50.0] * 12)


def test_a_layer_in_vacuum_is_not_too_empty():
    lattice = Lattice.hexagonal(2.46, 50.0)
    graphene = Structure(lattice, ["C", "C"], [[1 / 3, 2 / 3, 0.5], [2 / 3, 1 / 3, 0.5]])
    lengths = all_bonds(standardise(graphene)).length[:12]
    shells = [2.46 / 3**0.5] * 3 + [2.46] * 6 + [2 * 2.46 / 3**0.5] * 3
    np.testing.assert_allclose(lengths, shells, atol=1e-9)

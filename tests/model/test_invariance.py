"""One crystal has one prediction and one attention, however it is written down."""

from collections.abc import Callable, Mapping

import numpy as np
import pytest
from pymatgen.core import Lattice, Structure
from pymatgen.symmetry.analyzer import SpacegroupAnalyzer

from crysformer.attention.weights import BondAttention, PairAttention
from crysformer.graph.bonds import CrystalBonds
from crysformer.graph.crystal import build_graph
from crysformer.model.config import get_preset
from crysformer.model.network import Crysformer
from tests.support.attention import look_at
from tests.support.crystals import TEXTBOOK, predict, random_model

MODULES = ("cross", "conditional")


def on_lattice(structure: Structure, lattice: np.ndarray) -> Structure:
    """The same atoms, repeated by other lattice vectors."""
    return Structure(
        Lattice(lattice),
        structure.species,
        structure.cart_coords,
        coords_are_cartesian=True,
    )


def supercell(structure: Structure) -> Structure:
    copy = structure.copy()
    return copy.make_supercell([2, 1, 1])


def sheared_supercell(structure: Structure) -> Structure:
    copy = structure.copy()
    return copy.make_supercell([[1, 1, 0], [-1, 1, 0], [0, 1, 1]])


def primitive(structure: Structure) -> Structure:
    return structure.get_primitive_structure()


def conventional(structure: Structure) -> Structure:
    return SpacegroupAnalyzer(structure).get_conventional_standard_structure()


def niggli(structure: Structure) -> Structure:
    return structure.get_reduced_structure("niggli")


def rotated(structure: Structure) -> Structure:
    rotation = np.linalg.qr(np.random.default_rng(5).normal(size=(3, 3)))[0]
    rotation *= np.sign(np.linalg.det(rotation))
    lattice = Lattice(structure.lattice.matrix @ rotation)
    return Structure(lattice, structure.species, structure.frac_coords)


def mirrored(structure: Structure) -> Structure:
    turned = rotated(structure)
    lattice = Lattice(turned.lattice.matrix * [1.0, -1.0, 1.0])
    return Structure(lattice, turned.species, turned.frac_coords)


def translated(structure: Structure) -> Structure:
    move = np.array([0.137, -2.41, 5.713])
    return Structure(structure.lattice, structure.species, structure.frac_coords + move)


def permuted(structure: Structure) -> Structure:
    order = np.random.default_rng(1).permutation(len(structure))
    return Structure.from_sites([structure[site] for site in order])


def other_basis(structure: Structure) -> Structure:
    unimodular = np.array([[1, 2, 0], [0, 1, -3], [1, 2, 1]])
    assert round(np.linalg.det(unimodular)) == 1
    return on_lattice(structure, unimodular @ structure.lattice.matrix)


def charged_and_magnetic(structure: Structure) -> Structure:
    """Oxidation states and moments stand in some files; neither is an input."""
    copy = structure.copy()
    copy.add_oxidation_state_by_site([(-1) ** site for site in range(len(copy))])
    return copy.add_site_property("magmom", [5.0 * (-1) ** i for i in range(len(copy))])


WRITINGS: Mapping[str, Callable[[Structure], Structure]] = {
    change.__name__: change
    for change in (
        supercell,
        sheared_supercell,
        primitive,
        conventional,
        niggli,
        rotated,
        mirrored,
        translated,
        permuted,
        other_basis,
        charged_and_magnetic,
    )
}


@pytest.fixture(scope="module")
def model() -> Crysformer:
    return random_model(get_preset("shipped", envelope=True))


@pytest.fixture(scope="module")
def expected(model) -> np.ndarray:
    """Predictions for the textbook cells, one by one."""
    return np.concatenate([predict_one(model, make()) for make in TEXTBOOK.values()])


def predict_one(model: Crysformer, structure: Structure) -> np.ndarray:
    return predict(model, build_graph(structure, model.config.neighbour_rule))


@pytest.mark.parametrize("name", WRITINGS)
def test_predictions_do_not_depend_on_the_writing(model, expected, name):
    rule = model.config.neighbour_rule
    graphs = [build_graph(WRITINGS[name](make()), rule) for make in TEXTBOOK.values()]
    assert np.abs(predict(model, *graphs) - expected).max() < 1e-8
    assert expected.std(axis=0).min() > 0.1


def test_a_batch_predicts_what_single_crystals_do(model, expected):
    rule = model.config.neighbour_rule
    graphs = [build_graph(make(), rule) for make in TEXTBOOK.values()]
    assert np.abs(predict(model, *graphs) - expected).max() < 1e-12
    assert np.abs(predict(model, *graphs[::-1]) - expected[::-1]).max() < 1e-12


def test_another_crystal_has_another_prediction(model):
    """What is not an invariance changes the result: size, element, place of an atom."""
    structure = TEXTBOOK["perovskite"]()
    larger, other, moved = structure.copy(), structure.copy(), structure.copy()
    larger.scale_lattice(structure.volume * 1.03)
    other.replace_species({"Sr": "Ba"})
    moved.translate_sites([1], [0.0, 0.0, 0.03])
    known = predict_one(model, structure)
    for changed in (larger, other, moved):
        assert np.abs(predict_one(model, changed) - known).max() > 1e-4


def attention(
    model: Crysformer, structure: Structure
) -> tuple[BondAttention, PairAttention]:
    seen = look_at(model, structure)
    return seen.bond_attention, seen.pair_attention


def vectors(structure: Structure, bonds: CrystalBonds) -> np.ndarray:
    """From centre to neighbour in the given cell, in Å."""
    ends = structure.frac_coords[bonds.j] + bonds.image
    return (ends - structure.frac_coords[bonds.i]) @ structure.lattice.matrix


@pytest.mark.parametrize("change", [None, "supercell", "permuted", "other_basis"])
@pytest.mark.parametrize("name", ["rock_salt", "wurtzite", "hcp", "triclinic"])
def test_attention_sums_to_one_over_each_centre(model, name, change):
    structure = TEXTBOOK[name]()
    structure = WRITINGS[change](structure) if change else structure
    attended, paired = attention(model, structure)
    config = model.config
    for rows, centres, count in (
        (attended, attended.bonds.i, len(structure)),
        (paired, paired.pairs.bond, len(attended)),
    ):
        for module in MODULES:
            weights = getattr(rows, module)
            assert weights.shape == (len(rows), config.blocks, config.num_heads)
            total = np.zeros((count, *weights.shape[1:]))
            np.add.at(total, centres, weights)
            np.testing.assert_allclose(total, 1.0, atol=1e-12)
            assert weights.min() > 0.0


@pytest.mark.parametrize("change", [None, "supercell", "permuted", "other_basis"])
@pytest.mark.parametrize("name", ["rock_salt", "wurtzite", "hcp", "triclinic"])
def test_bonds_and_angles_are_those_of_the_given_cell(model, name, change):
    structure = TEXTBOOK[name]()
    structure = WRITINGS[change](structure) if change else structure
    attended, paired = attention(model, structure)
    vector = vectors(structure, attended.bonds)
    np.testing.assert_allclose(
        attended.bonds.length, np.linalg.norm(vector, axis=1), atol=1e-6
    )
    assert len(
        {
            (*row,)
            for row in np.c_[attended.bonds.i, attended.bonds.j, attended.bonds.image]
        }
    ) == len(attended)

    back = attended.bonds.reverse >= 0
    rows = attended.bonds.reverse[back]
    assert (attended.bonds.i[rows] == attended.bonds.j[back]).all()
    np.testing.assert_allclose(vector[rows], -vector[back], atol=1e-9)
    assert back.mean() > 0.5

    assert (
        attended.bonds.i[paired.pairs.bond] == attended.bonds.i[paired.pairs.other]
    ).all()
    assert (paired.pairs.bond != paired.pairs.other).all()
    assert (
        len(paired)
        == (np.bincount(attended.bonds.i) * (np.bincount(attended.bonds.i) - 1)).sum()
    )
    unit = vector / np.linalg.norm(vector, axis=1, keepdims=True)
    cosine = np.einsum("px,px->p", unit[paired.pairs.bond], unit[paired.pairs.other])
    np.testing.assert_allclose(
        np.cos(np.radians(paired.pairs.angle_deg)), cosine, atol=1e-9
    )


def partners(
    structure: Structure, attended: BondAttention, base: Structure, known: BondAttention
) -> np.ndarray:
    """Row of the same bond among the known ones, for each bond of a supercell."""
    offset = structure.cart_coords[:, None] - base.cart_coords
    shift = base.lattice.get_fractional_coords(offset.reshape(-1, 3))
    origin = np.abs(shift - np.rint(shift)).max(axis=1).reshape(offset.shape[:2])
    assert (np.sort(origin, axis=1)[:, 0] < 1e-9).all()
    centre = origin.argmin(axis=1)[attended.bonds.i]
    distance = vectors(structure, attended.bonds)[:, None] - vectors(base, known.bonds)
    distance = np.linalg.norm(distance, axis=-1)
    distance[centre[:, None] != known.bonds.i] = np.inf
    assert distance.min(axis=1).max() < 1e-6
    return distance.argmin(axis=1)


@pytest.mark.parametrize("change", ["supercell", "sheared_supercell", "other_basis"])
@pytest.mark.parametrize("name", ["bcc", "wurtzite", "perovskite", "triclinic"])
def test_attention_of_a_supercell_is_that_of_the_cell(model, name, change):
    base = TEXTBOOK[name]()
    structure = WRITINGS[change](base)
    known_bonds, known_pairs = attention(model, base)
    attended, paired = attention(model, structure)
    copies = round(structure.volume / base.volume)
    assert len(attended) == copies * len(known_bonds)
    assert len(paired) == copies * len(known_pairs)

    row = partners(structure, attended, base, known_bonds)
    known = {
        (bond, other): index
        for index, (bond, other) in enumerate(
            zip(known_pairs.pairs.bond, known_pairs.pairs.other, strict=True)
        )
    }
    pair = [
        known[bond, other]
        for bond, other in zip(
            row[paired.pairs.bond], row[paired.pairs.other], strict=True
        )
    ]
    assert (attended.bonds.multiplicity == known_bonds.bonds.multiplicity[row]).all()
    for module in MODULES:
        for found, wanted in (
            (getattr(attended, module), getattr(known_bonds, module)[row]),
            (getattr(paired, module), getattr(known_pairs, module)[pair]),
        ):
            assert np.abs(found - wanted).max() < 1e-9
            assert np.ptp(wanted, axis=0).max() > 1e-3


@pytest.mark.parametrize(
    ("name", "nearest"), [("diamond", 4), ("rock_salt", 6), ("bcc", 8), ("fcc", 12)]
)
def test_equivalent_bonds_have_identical_weights(model, name, nearest):
    structure = TEXTBOOK[name]()
    attended, _ = attention(model, structure)
    for centre in range(len(structure)):
        mine = np.flatnonzero(attended.bonds.i == centre)[:nearest]
        assert np.ptp(attended.bonds.length[mine]) == 0.0
        assert (attended.bonds.multiplicity[mine] == nearest).all()
        for module in MODULES:
            weights = getattr(attended, module)[mine]
            assert (weights == weights[0]).all()


def test_equivalent_angles_have_identical_weights(model):
    """From a bond of Si, the three others of the tetrahedron are all the same."""
    attended, paired = attention(model, TEXTBOOK["diamond"]())
    nearest = attended.bonds.length < 2.5
    tetrahedral = nearest[paired.pairs.bond] & nearest[paired.pairs.other]
    np.testing.assert_allclose(
        paired.pairs.angle_deg[tetrahedral], np.degrees(np.arccos(-1 / 3)), atol=1e-9
    )
    assert tetrahedral.sum() == 8 * 4 * 3
    for module in MODULES:
        weights = getattr(paired, module)[tetrahedral]
        assert (weights == weights[0]).all()

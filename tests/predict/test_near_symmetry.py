"""Crystals that nearly have a higher symmetry, and what that does to a prediction."""

import pytest

from crysformer.evaluation.smoothness import noisy
from crysformer.library.catalogue import get_crystal, load_library
from crysformer.predict.near_symmetry import NearSymmetry, near_symmetry
from crysformer.predict.predictor import Predictor
from crysformer.structure.symmetry import MAX_NEAR, find_symmetry, symmetrised


@pytest.fixture(scope="module")
def predictor():
    return Predictor("jarvis-dft-3d", "cpu")


def shaken(name, size):
    return noisy(get_crystal(name).structure(), (size,))[1]


@pytest.mark.parametrize("name", ["rutile-tio2", "perovskite-srtio3", "diamond-si"])
def test_a_shaken_crystal_is_given_its_symmetry_back(name):
    crystal = shaken(name, 0.02)
    perfect = get_crystal(name)
    assert find_symmetry(crystal).number != perfect.space_group
    ideal, number = symmetrised(crystal)
    assert number == perfect.space_group == find_symmetry(ideal).number
    per_atom = crystal.volume / len(crystal)
    assert ideal.volume / len(ideal) == pytest.approx(per_atom, rel=1e-6)
    assert ideal.composition.reduced_formula == crystal.composition.reduced_formula


def test_a_crystal_as_symmetric_as_it_can_be_has_nothing_to_gain():
    names = list(load_library())[::20]
    assert [symmetrised(get_crystal(name).structure()) for name in names] == [None] * len(
        names
    )


def test_cells_beyond_the_limit_are_not_asked():
    cell = shaken("perovskite-srtio3", 0.02)
    assert symmetrised(cell) is not None
    assert symmetrised(cell * (3, 3, MAX_NEAR // 45 + 1)) is None


def test_the_symmetrised_crystal_is_what_the_perfect_one_is(predictor):
    # Symmetry fixes every coordinate of a cubic perovskite, so nothing is averaged.
    perfect = get_crystal("perovskite-srtio3").structure()
    crystal = shaken("perovskite-srtio3", 0.02)
    prediction, ideal = predictor.predict([crystal, perfect])
    near = near_symmetry(predictor, crystal, prediction)
    assert near.space_group == "Pm3̅m"
    for key, move in near.moves.items():
        moved = prediction.values[key] + move
        assert abs(moved - ideal.values[key]) < 1e-3 * predictor.validation_errors[key]
    assert "avg_hole_mass" in near.that_matter
    assert near_symmetry(predictor, perfect, ideal) is None


def test_a_value_of_the_cell_is_compared_per_atom(predictor):
    crystal = shaken("bcc-fe", 0.02)
    [prediction] = predictor.predict([crystal * (2, 1, 1)])
    near = near_symmetry(predictor, crystal * (2, 1, 1), prediction)
    assert prediction.num_sites > 2
    assert abs(near.moves["magmom_oszicar"]) < 0.2


def test_what_matters_comes_by_its_size_in_errors():
    near = NearSymmetry(225, {"a": 0.2, "b": -3.0, "c": 0.01}, {"a": 0.1, "b": 1, "c": 1})
    assert list(near.that_matter) == ["b", "a"]
    assert "Fm3̅m (225)" in near.sentence

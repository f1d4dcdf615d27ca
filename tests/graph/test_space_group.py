"""moyopy is trusted only where spglib finds the same."""

import numpy as np
import pytest
import spglib
from pymatgen.core import Lattice, Structure

from crysformer.description.summary import crystal_facts
from crysformer.graph.space_group import (
    Operations,
    certain_operations,
    spglib_operations,
)
from crysformer.graph.standard_cell import standardise
from crysformer.library.catalogue import load_library
from crysformer.structure.symmetry import spglib_dataset
from tests.support.crystals import SHARED, TEXTBOOK, jitter, shared_structures


def arguments(structure: Structure) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A crystal as both libraries take it."""
    numbers = np.array([site.specie.Z for site in structure])
    return np.array(structure.lattice.matrix), structure.frac_coords, numbers


def with_spglib(structure: Structure) -> Operations:
    """What spglib finds."""
    cell = arguments(structure)
    return spglib_operations(spglib_dataset(*cell), *cell)


def what_each_does(found: Operations) -> set[tuple[int, ...]]:
    """Every operation by its rotation and what it does to the atoms."""
    group = found.group
    rows = zip(group.rotations, group.permutations, strict=True)
    return {(*rotation.ravel(), *permutation) for rotation, permutation in rows}


def assert_same(found: Operations, expected: Operations) -> None:
    assert found.number == expected.number
    assert len(found.translations) == len(expected.translations)
    assert what_each_does(found) == what_each_does(expected)


@pytest.mark.parametrize("name", TEXTBOOK)
def test_both_find_the_same_in_primitive_textbook_cells(name):
    structure = TEXTBOOK[name]().get_primitive_structure()
    found = certain_operations(*arguments(structure))
    assert found is not None
    assert_same(found, with_spglib(structure))
    identity = np.eye(3, dtype=np.int64)
    assert np.array_equal(found.group.rotations[0], identity)


@pytest.mark.slow
def test_both_find_the_same_in_every_cell_of_the_library():
    certain = 0
    for crystal in load_library().values():
        structure = crystal.structure().get_primitive_structure()
        found = certain_operations(*arguments(structure))
        if found is not None:
            assert_same(found, with_spglib(structure))
            certain += 1
    assert certain > 250


@pytest.mark.skipif(not SHARED.exists(), reason="../shared/data is not beside this copy")
def test_both_find_the_same_in_real_crystals():
    certain = 0
    for structure in shared_structures("jarvis_dft_3d/val.jsonl.gz", every=28, keep=190):
        found = certain_operations(*arguments(structure))
        if found is not None:
            assert_same(found, with_spglib(structure))
            certain += 1
    assert certain > 170


@pytest.mark.parametrize("name", ["rock_salt", "bcc"])
def test_a_cell_that_is_not_primitive_is_left_to_spglib(name):
    assert certain_operations(*arguments(TEXTBOOK[name]())) is None


@pytest.mark.parametrize("amplitude", [0.006, 0.01])
def test_atoms_near_the_edge_of_the_tolerance_are_left_to_spglib(amplitude):
    structure = jitter(TEXTBOOK["perovskite"](), amplitude)
    assert certain_operations(*arguments(structure)) is None


def test_a_lattice_near_the_edge_of_the_tolerance_is_left_to_spglib():
    structure = TEXTBOOK["perovskite"]()
    structure.apply_strain([0.0, 0.0, 0.002])
    assert certain_operations(*arguments(structure)) is None


def test_a_clear_distortion_is_certain():
    structure = TEXTBOOK["perovskite"]()
    structure.apply_strain([0.0, 0.0, 0.05])
    found = certain_operations(*arguments(structure))
    assert len(found.translations) == 16
    assert found.number == 123


def test_what_moyopy_cannot_judge_is_left_to_spglib():
    structure = TEXTBOOK["perovskite"]()
    structure.append("Ti", [0.5, 0.5, 0.5002])
    assert certain_operations(*arguments(structure)) is None


def test_spglib_is_asked_once_for_a_cell(monkeypatch):
    """A crystal's facts and its graph need the same, and it may take seconds."""
    asked = []

    def get(cell, symprec):
        asked.append(cell)
        return given(cell, symprec)

    given = spglib.get_symmetry_dataset
    monkeypatch.setattr(spglib, "get_symmetry_dataset", get)
    # One atom is off its place by as much as the tolerance, so that spglib decides.
    places = [[0.1, 0.1, 0.1], [0.6, 0.6, 0.6025]]
    structure = Structure(Lattice.cubic(4.0), ["Cs", "Cl"], places)
    standardise(structure)
    assert len(asked) == 1
    crystal_facts(structure)
    assert len(asked) == 1

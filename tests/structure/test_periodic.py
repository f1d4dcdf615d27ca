"""Compact cells: the same lattice, every atom inside, and searches that are bounded."""

import numpy as np
import pytest
from pymatgen.core import Lattice, Structure

from crysformer.errors import StructureError
from crysformer.structure.periodic import (
    Compact,
    heights,
    neighbours_within,
    wrapped,
)

PLACES = np.array([[0.1, 0.2, 0.3], [0.6, 0.7, 0.1], [0.4, 0.9, 0.8]])
CELL = np.array([[3.0, 0.3, 0.1], [0.2, 4.0, 0.5], [0.1, 0.3, 5.0]])


def sheared(by):
    shear = np.array([[1, 0, 0], [by, 1, 0], [-by, by, 1]])
    return shear @ CELL, PLACES @ np.linalg.inv(shear)


def test_atoms_are_moved_by_whole_vectors():
    inside, shift = wrapped(PLACES + np.array([[0, -3, 200], [-1, 0, 0], [7, 7, -7]]))
    assert np.allclose(inside, PLACES)
    assert shift.tolist() == [[0, -3, 200], [-1, 0, 0], [7, 7, -7]]


def test_a_good_cell_is_left_as_it_is():
    compact = Compact.of(CELL, PLACES)
    assert compact.lattice is CELL
    assert np.array_equal(compact.transform, np.eye(3))
    assert np.array_equal(compact.frac_coords, PLACES)


@pytest.mark.parametrize("by", [20, 100, 300])
def test_a_sheared_cell_becomes_compact_and_leads_back(by):
    lattice, places = sheared(by)
    moved = places + np.array([[0, 0, 0], [by, -2, 0], [0, 5, -by]])
    compact = Compact.of(lattice, moved)
    assert heights(compact.lattice).min() > 2.5
    assert abs(round(np.linalg.det(compact.transform))) == 1
    assert ((compact.frac_coords >= 0) & (compact.frac_coords <= 1)).all()
    again = (compact.frac_coords + compact.shift) @ compact.transform
    assert np.allclose(again, moved, atol=1e-7)


@pytest.mark.parametrize("by", [0, 3, 40])
def test_neighbours_are_those_of_pymatgen_in_the_given_cell(by):
    lattice, places = sheared(by)
    places = places + np.array([[2, 0, -1], [0, 0, 0], [0, -3, 0]])
    compact = Compact.of(lattice, places)
    found = neighbours_within(compact.lattice, compact.frac_coords, np.arange(3), 4.0)
    image = compact.given_image(found.centre, found.neighbour, found.image)
    vector = (places[found.neighbour] + image - places[found.centre]) @ lattice
    assert np.allclose(np.linalg.norm(vector, axis=1), found.length, atol=1e-8)
    crystal = Structure(Lattice(CELL), ["Na"] * 3, PLACES)
    expected = crystal.get_neighbor_list(4.0)[3]
    assert np.allclose(np.sort(found.length), np.sort(expected), atol=1e-8)


def test_a_search_that_would_not_end_is_refused_beforehand():
    with pytest.raises(StructureError, match="more than the limit of 2000000"):
        neighbours_within(np.eye(3) * 0.5, np.zeros((1, 3)), np.array([0]), 60.0)

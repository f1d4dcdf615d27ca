"""Every bond and every pair of bonds of a given cell, known from textbooks."""

import numpy as np
import pytest

from crysformer.graph.crystal import CrystalGraph
from crysformer.graph.rule import NeighbourRule
from tests.support.crystals import TEXTBOOK, diamond, jitter, rock_salt, wurtzite

RULE = NeighbourRule()


def bonds_of(structure, **options):
    return CrystalGraph.of(structure, RULE, **options).bonds


def test_sodium_has_six_chlorine_and_twelve_sodium_neighbours():
    structure = rock_salt()
    bonds = bonds_of(structure)
    assert len(bonds) == 8 * 18
    assert (bonds.degree == 18).all()
    numbers = np.array(structure.atomic_numbers)
    unlike = numbers[bonds.i] != numbers[bonds.j]
    assert bonds.length[unlike] == pytest.approx(5.64 / 2)
    assert bonds.length[~unlike] == pytest.approx(5.64 / np.sqrt(2))
    assert set(bonds.multiplicity[unlike]) == {6}
    assert set(bonds.multiplicity[~unlike]) == {12}


@pytest.mark.parametrize("name", sorted(TEXTBOOK))
def test_lengths_are_distances_to_the_image_of_the_neighbour(name):
    structure = TEXTBOOK[name]()
    bonds = bonds_of(structure)
    coords = structure.frac_coords
    vectors = coords[bonds.j] + bonds.image - coords[bonds.i]
    lengths = np.linalg.norm(vectors @ structure.lattice.matrix, axis=1)
    assert bonds.length == pytest.approx(lengths)
    # By centre, and the nearest first.
    assert (np.lexsort((bonds.length.round(6), bonds.i)) == np.arange(len(bonds))).all()


@pytest.mark.parametrize("full", [False, True], ids=["quotient", "full"])
def test_a_reverse_leads_back_by_the_opposite_image(full):
    bonds = bonds_of(wurtzite(), full=full)
    there = bonds.reverse >= 0
    back = bonds.reverse[there]
    assert there.any()
    assert np.array_equal(bonds.i[there], bonds.j[back])
    assert np.array_equal(bonds.image[there], -bonds.image[back])
    assert np.array_equal(bonds.reverse[back], np.flatnonzero(there))


def test_symmetry_finds_the_bonds_of_a_search_without_it():
    structure = jitter(wurtzite() * [2, 1, 1], 1e-4)
    one, other = bonds_of(structure), bonds_of(structure, full=True)
    rows = [np.column_stack([each.i, each.j, each.image]) for each in (one, other)]
    assert set(map(tuple, rows[0])) == set(map(tuple, rows[1]))
    assert len(np.unique(one.orbit)) < len(np.unique(other.orbit))


def test_tetrahedral_angles_of_silicon():
    graph = CrystalGraph.of(diamond(), RULE)
    bonds, pairs = graph.bonds, graph.pairs
    assert len(pairs) == 8 * 16 * 15
    assert np.array_equal(bonds.i[pairs.bond], bonds.i[pairs.other])
    assert (pairs.bond != pairs.other).all()
    nearest = bonds.length < 2.4
    both = nearest[pairs.bond] & nearest[pairs.other]
    assert both.sum() == 8 * 4 * 3
    tetrahedral = np.degrees(np.arccos(-1 / 3))
    assert pairs.angle_deg[both] == pytest.approx(tetrahedral)
    assert set(pairs.multiplicity[both]) == {3}

"""Orbits of bonds and angles beside those counted bond by bond."""

from dataclasses import fields

import numpy as np
import pytest

from crysformer.graph.neighbours import Bonds, find_bonds
from crysformer.graph.orbits import find_orbits
from crysformer.graph.rule import NeighbourRule
from crysformer.graph.standard_cell import Cell, standardise
from tests.support.crystals import TEXTBOOK

RULE = NeighbourRule(0.25)


def representatives(cell: Cell) -> np.ndarray:
    return np.unique(cell.group.permutations.min(axis=0))


def image_of(cell: Cell, bonds: Bonds, row: int, operation: int) -> tuple[int, ...]:
    """Centre, neighbour and image that an operation maps a bond onto."""
    group, i, j = cell.group, bonds.centre[row], bonds.neighbour[row]
    image = group.rotations[operation] @ bonds.image[row]
    image = image + group.shifts[operation, j] - group.shifts[operation, i]
    return group.permutations[operation, i], group.permutations[operation, j], *image


@pytest.mark.parametrize("name", TEXTBOOK)
def test_orbits_are_those_found_bond_by_bond(name):
    cell = standardise(TEXTBOOK[name]())
    atoms = representatives(cell)
    bonds = find_bonds(cell, atoms, RULE)
    found = find_orbits(cell.group, bonds, atoms)
    ends = zip(bonds.centre, bonds.neighbour, *bonds.image.T, strict=True)
    row_of = {end: row for row, end in enumerate(ends)}

    expected = []
    for row, centre in enumerate(bonds.centre):
        fixing = np.flatnonzero(cell.group.permutations[:, centre] == centre)
        images = [row_of[image_of(cell, bonds, row, op)] for op in fixing]
        if min(images) < row:
            continue
        stabiliser = fixing[np.array(images) == row]
        others = {}
        for other in np.flatnonzero(bonds.centre == centre):
            reached = {row_of[image_of(cell, bonds, other, op)] for op in stabiliser}
            if other != row and min(reached) == other:
                others[other] = len(reached)
        expected.append((row, len(set(images)), others))

    assert found.representatives.tolist() == [row for row, _, _ in expected]
    assert found.bond_multiplicity.tolist() == [count for _, count, _ in expected]
    assert found.other.tolist() == [key for *_, others in expected for key in others]
    counts = [count for *_, others in expected for count in others.values()]
    assert found.angle_multiplicity.tolist() == counts
    attending = [len(others) for *_, others in expected]
    assert np.bincount(found.line_index[1]).tolist() == attending
    for site in found.sites:
        bonds_here = np.arange(site.first_bond, site.first_bond + len(site.orbit))
        stands_for = found.representatives[site.orbit] - site.first_bond
        turned = site.table[site.to_representative, np.arange(len(bonds_here))]
        assert turned.tolist() == stands_for.tolist()


def test_a_site_whose_shell_is_torn_keeps_all_its_bonds():
    """Rounding at the rim could lose one of equal bonds: then nothing is merged."""
    cell = standardise(TEXTBOOK["perovskite"]())
    atoms = representatives(cell)
    bonds = find_bonds(cell, atoms, RULE)
    lost = int(np.flatnonzero(bonds.centre == atoms[0])[0])
    torn = Bonds(
        *(np.delete(getattr(bonds, f.name), lost, axis=0) for f in fields(bonds))
    )
    whole, found = (find_orbits(cell.group, each, atoms) for each in (bonds, torn))

    degree = len(found.sites[0].orbit)
    assert found.sites[0].table.tolist() == [list(range(degree))]
    assert found.bond_multiplicity[:degree].tolist() == [1] * degree
    assert (found.angle_multiplicity[: degree * (degree - 1)] == 1).all()
    for before, after in zip(whole.sites[1:], found.sites[1:], strict=True):
        assert np.array_equal(before.table, after.table)
    assert np.diag(found.sites[0].angle).tolist() == [-1] * degree

"""Orbits of undirected bonds, with numbers known from textbooks."""

import numpy as np
import pytest
from pymatgen.core import Lattice, Structure

from crysformer.faithfulness.orbits import find_orbits
from crysformer.model.config import get_preset
from tests.support.attention import attend
from tests.support.crystals import (
    TEXTBOOK,
    bcc,
    diamond,
    random_model,
    rock_salt,
    wurtzite,
)

CONFIG = get_preset("shipped", blocks=3, atom_width=16, bond_width=16, angle_width=8)


@pytest.mark.parametrize(
    ("make", "number", "counts"),
    [(diamond, 2, [32, 96]), (bcc, 2, [16, 12]), (rock_salt, 4, None)],
)
def test_numbers_of_undirected_orbits(make, number, counts):
    # Without the envelope's wide tolerance shells are those of the textbook.
    config = get_preset("paper", blocks=1, atom_width=16, bond_width=16, angle_width=8)
    orbits = find_orbits(attend(random_model(config), make()).bonds)
    if counts:
        assert len(orbits) == number
        assert orbits.count.tolist() == counts
    assert orbits.share.sum() == pytest.approx(1.0)
    # Equal lengths may differ by rounding: they are ordered in whole micro-Å.
    assert (np.diff(np.rint(orbits.length * 1e6)) >= 0).all()


def test_a_bond_and_its_reverse_are_one_orbit_and_one_way_bonds_are_told():
    bonds = attend(random_model(CONFIG), TEXTBOOK["triclinic"]()).bonds
    orbits = find_orbits(bonds)
    forward = bonds.reverse >= 0
    assert forward.any()
    assert not forward.all()
    assert np.array_equal(orbits.of_bond[forward], orbits.of_bond[bonds.reverse[forward]])
    assert len(orbits) == len(bonds) - forward.sum() // 2
    assert orbits.one_way.sum() == (~forward).sum()
    assert np.array_equal(orbits.count == 1, orbits.one_way)


def test_a_supercell_has_the_orbits_of_its_cell():
    model = random_model(CONFIG)
    structure = wurtzite()
    small, large = attend(model, structure), attend(model, structure * [2, 1, 1])
    one, two = find_orbits(small.bonds), find_orbits(large.bonds)
    assert two.length == pytest.approx(one.length)
    assert two.share == pytest.approx(one.share)


def test_own_images_on_a_line_are_one_orbit_of_both_directions():
    structure = Structure(Lattice.tetragonal(3.0, 8.0), ["Po"], [[0, 0, 0]])
    orbits = find_orbits(attend(random_model(CONFIG), structure).bonds)
    assert not orbits.one_way.any()

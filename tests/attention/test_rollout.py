"""Roll-out where the answer is known by hand, and against matrices written out."""

import numpy as np
import pytest

from crysformer.attention.rollout import both_steps, module_steps, roll_out
from crysformer.attention.statistics import sum_at_centres
from crysformer.graph.bonds import CrystalBonds
from crysformer.model.config import get_preset
from tests.support.attention import attend
from tests.support.crystals import TEXTBOOK, random_model, simple_cubic, wurtzite


def chain(weights):
    """One kind of atom on a line: each attends to its left and right neighbour."""
    bonds = CrystalBonds(
        i=np.array([0, 0]),
        j=np.array([0, 0]),
        image=np.array([[1, 0, 0], [-1, 0, 0]]),
        length=np.array([1.0, 1.0]),
        multiplicity=np.array([1, 1]),
        orbit=np.array([0, 1]),
        reverse=np.array([1, 0]),
        degree=np.array([2, 2]),
    )
    return bonds, np.array(weights)[:, None, None]


def test_one_step_of_roll_out_is_half_the_weights_and_half_the_atom():
    bonds, weights = chain([0.8, 0.2])
    found = roll_out(bonds, module_steps(weights))
    assert found.own == pytest.approx([0.5])
    assert found.neighbour == pytest.approx([0.4, 0.1])
    assert found.farther == pytest.approx([0.0])
    assert found.weight == pytest.approx([0.8, 0.2])


def test_two_steps_of_roll_out_are_a_matrix_product():
    # To the right with p, to the left with q: (I/2 + A/2)^2 by hand.
    bonds, weights = chain([0.8, 0.2])
    p, q = 0.8, 0.2
    found = roll_out(bonds, [weights[:, 0, 0]] * 2)
    assert found.own == pytest.approx([0.25 + 0.25 * 2 * p * q])
    assert found.neighbour == pytest.approx([0.5 * p, 0.5 * q])
    assert found.farther == pytest.approx([0.25 * (p * p + q * q)])


def test_roll_out_starts_at_the_last_block():
    # Two atoms: 0 attends to 1 only, 1 attends to 0 or to itself in the next cell.
    bonds = CrystalBonds(
        i=np.array([0, 1, 1]),
        j=np.array([1, 0, 1]),
        image=np.array([[0, 0, 0], [0, 0, 0], [1, 0, 0]]),
        length=np.ones(3),
        multiplicity=np.ones(3, dtype=int),
        orbit=np.arange(3),
        reverse=np.array([1, 0, -1]),
        degree=np.array([1, 2, 2]),
    )
    first, last = np.array([1.0, 1.0, 0.0]), np.array([1.0, 0.0, 1.0])
    found = roll_out(bonds, [first, last])
    # Atom 1 goes to its image by the last block, then either of them goes to 0 by the
    # first; the path 1 -> 0 -> 1 comes home only if the block that goes to 0 is the last.
    assert found.neighbour[1:] == pytest.approx([0.25, 0.25])
    assert found.own == pytest.approx([0.5, 0.25])
    other = roll_out(bonds, [last, first])
    assert other.neighbour[1] == pytest.approx(0.25)
    assert other.own == pytest.approx([0.25, 0.5])


CONFIG = get_preset("shipped", blocks=3, atom_width=16, bond_width=16, angle_width=8)


def dense_roll_out(bonds, steps, sites, cells):
    """Rows of site atoms of a ring of cells: matrices written out and multiplied."""
    size = sites * cells**3
    shape = (cells, cells, cells)
    index = np.arange(size).reshape(*shape, sites)
    product = np.eye(size)
    for weights in steps:
        matrix = np.zeros((size, size))
        for x, y, z in np.ndindex(shape):
            for row in range(len(bonds)):
                a, b, c = (np.array([x, y, z]) + bonds.image[row]) % cells
                start = index[x, y, z, bonds.i[row]]
                matrix[start, index[a, b, c, bonds.j[row]]] += weights[row]
        product = (0.5 * np.eye(size) + 0.5 * matrix) @ product
    return product, index


def test_roll_out_is_the_product_of_matrices_on_a_large_ring_of_cells():
    structure = simple_cubic()
    attended = attend(random_model(CONFIG), structure)
    bonds, steps = attended.bonds, module_steps(attended.conditional)[:2]
    product, index = dense_roll_out(bonds, steps, len(structure), 7)
    found = roll_out(bonds, steps)
    rows = product[index[0, 0, 0, 0]]
    assert found.own[0] == pytest.approx(rows[index[0, 0, 0, 0]])
    for row in range(len(bonds)):
        a, b, c = bonds.image[row] % 7
        assert found.neighbour[row] == pytest.approx(rows[index[a, b, c, bonds.j[row]]])


@pytest.mark.parametrize("name", ["rock_salt", "wurtzite", "triclinic", "fluorite"])
def test_roll_out_rows_sum_to_one_and_equal_bonds_are_equal(name):
    attended = attend(random_model(CONFIG), TEXTBOOK[name]())
    bonds = attended.bonds
    for steps in (module_steps(attended.cross), both_steps(attended)):
        found = roll_out(bonds, steps)
        total = found.own + found.farther + sum_at_centres(found.neighbour, bonds.i)
        assert total == pytest.approx(np.ones(len(total)))
        assert (found.farther > 0).all()
        assert sum_at_centres(found.weight, bonds.i) == pytest.approx(np.ones(len(total)))
        for orbit in np.unique(bonds.orbit):
            assert np.ptp(found.weight[bonds.orbit == orbit]) == 0.0


def test_both_modules_alternate():
    bonds = attend(random_model(CONFIG), wurtzite())
    steps = both_steps(bonds)
    assert len(steps) == 2 * CONFIG.blocks
    assert np.array_equal(steps[2], bonds.cross[:, 1].mean(axis=1))
    assert np.array_equal(steps[3], bonds.conditional[:, 1].mean(axis=1))

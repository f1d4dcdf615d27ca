"""Landing places against a comparison with every atom, where guesses go astray, too."""

import numpy as np
import pytest
from pymatgen.core import Lattice, Structure

from crysformer.graph.landing import Atoms, nearest_atoms
from crysformer.graph.standard_cell import standardise

LATTICES = {
    "cube": Lattice.cubic(25.0),
    "plate": Lattice.orthorhombic(50.0, 40.0, 3.0),
    "needle": Lattice.orthorhombic(2.5, 2.5, 700.0),
    "oblique": Lattice.from_parameters(12.0, 15.0, 16.0, 62.0, 70.0, 115.0),
}


def plainly(places, numbers, atoms):
    """One place after another."""
    found = []
    for place, number in zip(places, numbers, strict=True):
        offset = atoms.frac_coords - place
        square = (((offset - np.rint(offset)) @ atoms.lattice) ** 2).sum(axis=1)
        square[atoms.numbers != number] = np.inf
        found.append((square.argmin(), square.min()))
    return [np.array(column) for column in zip(*found, strict=True)]


@pytest.mark.parametrize("noise", [0.0, 0.01, 1.0])
@pytest.mark.parametrize("count", [20, 250])
@pytest.mark.parametrize("name", LATTICES)
def test_each_place_has_its_nearest_atom(name, count, noise):
    """Few atoms are compared; many are guessed, rightly or to be compared after all."""
    rng = np.random.default_rng(count)
    lattice = LATTICES[name].matrix
    coords = rng.random((count, 3))
    # At both ends of the cell, and two atoms of different elements in one place.
    coords[:4] = [[0, 0, 0], [0.999, 0.999, 0.999], [0.5, 0.5, 0.5], [0.5, 0.5, 0.5]]
    numbers = np.array([1, 8, 55])[np.arange(count) % 3]
    moved = coords + rng.normal(size=coords.shape) * noise @ np.linalg.inv(lattice)
    places = moved + rng.integers(-3, 4, size=coords.shape)
    atoms = Atoms(coords, numbers, lattice)
    found = nearest_atoms(places, numbers, atoms)
    atom, square = plainly(places, numbers, atoms)
    assert (found.atom == atom).all()
    np.testing.assert_allclose(found.square, square, rtol=1e-9, atol=1e-18)


def test_operations_of_many_atoms_form_a_group_that_keeps_the_crystal():
    """A grid of hydrogen with one caesium has the 48 operations of the cube."""
    steps = np.stack(np.meshgrid(*[np.arange(6)] * 3, indexing="ij"), axis=-1)
    coords = steps.reshape(-1, 3) / 6
    species = ["Cs", *["H"] * 215]
    cell = standardise(Structure(Lattice.cubic(15.0), species, coords))
    group = cell.group
    assert (cell.number, len(group.rotations)) == (221, 48)
    assert (np.sort(group.permutations, axis=1) == np.arange(216)).all()
    mapped = cell.frac_coords @ group.rotations.transpose(0, 2, 1)
    landed = cell.frac_coords[group.permutations] + group.shifts
    offset = landed - mapped
    assert np.allclose(offset, offset[:, :1], atol=1e-9)
    assert (cell.atomic_numbers[group.permutations] == cell.atomic_numbers).all()

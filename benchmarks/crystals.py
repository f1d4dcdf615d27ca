"""Crystals of any size for benchmarks, with symmetry and without."""

import numpy as np
from pymatgen.core import Lattice, Structure

CELLS = {
    2: (1, 1, 1),
    10: (1, 1, 5),
    50: (1, 5, 5),
    200: (4, 5, 5),
    500: (5, 5, 10),
    1000: (5, 10, 10),
    2000: (10, 10, 10),
}
"""How often the primitive cell of NaCl is repeated, by the number of atoms."""


def rock_salt(atoms: int, noise: float = 0.0) -> Structure:
    """NaCl with every atom moved by normal noise in Å, which leaves no symmetry."""
    lattice = Lattice(5.64 / 2 * (np.ones((3, 3)) - np.eye(3)))
    crystal = Structure(lattice, ["Na", "Cl"], [[0, 0, 0], [0.5, 0.5, 0.5]])
    crystal = crystal.make_supercell(CELLS[atoms])
    moves = np.random.default_rng(atoms).normal(0.0, noise, (len(crystal), 3))
    coords = crystal.cart_coords + moves
    return Structure(crystal.lattice, crystal.species, coords, coords_are_cartesian=True)

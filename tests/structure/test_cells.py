"""The same crystal in other unit cells."""

import numpy as np
import pytest
from pymatgen.analysis.structure_matcher import StructureMatcher
from pymatgen.core import Lattice, Structure

from crysformer.errors import StructureError
from crysformer.library.catalogue import load_library
from crysformer.structure.cells import CellChoice, in_cell

# Crystal, atoms in the primitive cell, atoms in the conventional cell (International
# Tables: F has four lattice points, I two, hexagonal axes of an R group three).
ATOMS = [
    ("rock-salt-nacl", 2, 8),
    ("bcc-fe", 1, 2),
    ("corundum-al2o3", 10, 30),
    ("rutile-tio2", 6, 6),
    ("garnet-y3al5o12", 80, 160),
]


@pytest.mark.parametrize(("name", "primitive", "conventional"), ATOMS)
def test_numbers_of_atoms(name, primitive, conventional):
    crystal = load_library()[name].structure()
    assert len(in_cell(crystal, "Primitive")) == primitive
    assert len(in_cell(crystal, "Conventional")) == conventional
    assert in_cell(crystal, "As given") is crystal


@pytest.mark.parametrize("choice", list(CellChoice)[1:])
def test_another_cell_is_the_same_crystal(choice):
    crystal = load_library()["rutile-tio2"].structure()
    crystal.make_supercell([[1, 1, 0], [0, 2, 0], [0, 0, 1]])
    crystal.translate_sites(range(len(crystal)), [0.21, 0.13, 0.4])
    other = in_cell(crystal, choice)
    assert len(other) == 6
    assert StructureMatcher(primitive_cell=True).fit(crystal, other)
    assert other.density == pytest.approx(crystal.density)


def test_conventional_of_a_primitive_rock_salt_is_the_textbook_cube():
    primitive = Structure(
        Lattice([[0, 2.82, 2.82], [2.82, 0, 2.82], [2.82, 2.82, 0]]),
        ["Na", "Cl"],
        [[0, 0, 0], [0.5, 0.5, 0.5]],
    )
    cube = in_cell(primitive, "Conventional")
    np.testing.assert_allclose(cube.lattice.matrix, 5.64 * np.eye(3), atol=1e-9)


def test_atoms_on_top_of_each_other_are_a_sentence():
    crystal = Structure(Lattice.cubic(4), ["Na", "Na"], [[0, 0, 0], [0, 0, 1e-5]])
    with pytest.raises(StructureError, match="no primitive cell of Na within"):
        in_cell(crystal, "Primitive")

"""Layers: what ase finds, for cells with any vacuum, and never for long."""

import numpy as np
import pytest
from ase import Atoms
from ase.geometry.dimensionality import analyze_dimensionality
from pymatgen.core import Lattice, Structure

from crysformer.description.layers import has_layers
from crysformer.library.catalogue import load_library

LIBRARY = load_library()


def monolayer(height):
    """MoS2 as one sheet in a cell of some height, Å."""
    cell = [[3.16, 0, 0], [-1.58, 2.7366, 0], [0, 0, height]]
    apart = 1.56 / height
    places = [
        [1 / 3, 2 / 3, 0.5],
        [2 / 3, 1 / 3, 0.5 + apart],
        [2 / 3, 1 / 3, 0.5 - apart],
    ]
    return Structure(Lattice(cell), ["Mo", "S", "S"], places)


def found_by_ase(structure):
    atoms = Atoms(
        numbers=structure.atomic_numbers,
        positions=structure.cart_coords,
        cell=structure.lattice.matrix,
        pbc=True,
    )
    return "2D" in analyze_dimensionality(atoms, method="RDA")[0].dimtype


@pytest.mark.parametrize("name", list(LIBRARY)[::6])
def test_the_library_has_the_layers_that_ase_finds(name):
    structure = LIBRARY[name].structure()
    assert has_layers(structure) is found_by_ase(structure)


@pytest.mark.parametrize("height", [8, 20, 60, 900])
def test_a_sheet_is_a_layer_in_any_vacuum(height):
    assert has_layers(monolayer(height)) is True


def test_neither_the_cell_nor_where_atoms_are_listed_matters():
    sheet = monolayer(20)
    shear = np.array([[1, 0, 0], [30, 1, 0], [0, -12, 1]])
    oblique = Structure(
        Lattice(shear @ sheet.lattice.matrix),
        sheet.species,
        sheet.frac_coords @ np.linalg.inv(shear) + [[40, -7, 3], [0, 9, 0], [1, 1, -90]],
    )
    assert has_layers(oblique) is True
    salt = LIBRARY["rock-salt-nacl"].structure()
    salt.translate_sites([3], [10, 0, -20], to_unit_cell=False)
    assert has_layers(salt) is False


def test_a_cell_of_a_thousand_atoms_is_told_and_a_crowded_one_is_not():
    sheets = LIBRARY["molybdenite-mos2"].structure() * (7, 7, 3)
    sheets.perturb(0.03)
    assert len(sheets) == 882
    assert has_layers(sheets) is True
    grid = np.stack(np.meshgrid(*[np.arange(10) / 10] * 3), axis=-1).reshape(-1, 3)
    assert has_layers(Structure(Lattice.cubic(6), ["Cs"] * 1000, grid)) is None


def test_molecules_and_chains_are_no_layers():
    assert (
        has_layers(Structure(Lattice.cubic(9), ["H", "H"], [[0, 0, 0], [0.082, 0, 0]]))
        is False
    )
    wire = Structure(Lattice.tetragonal(12, 2.5), ["Cu"], [[0, 0, 0]])
    assert has_layers(wire) is False

"""Strain of a cell, with lengths and volumes known by hand."""

import numpy as np
import pytest

from crysformer.errors import SettingsError
from crysformer.library.catalogue import load_library
from crysformer.structure.strain import STRAINS, StrainMode, deformation, strained
from tests.support.lesson import SALT


def test_stretching_lengthens_every_edge():
    crystal = SALT.structure()
    longer = strained(crystal, "Isotropic", 2.0)
    assert longer.lattice.abc == pytest.approx(np.array(crystal.lattice.abc) * 1.02)
    assert crystal.lattice.a == pytest.approx(SALT.lattice[0])


def crystal(name):
    return load_library()[name].structure()


@pytest.mark.parametrize(
    ("mode", "lengths"),
    [
        ("Isotropic", (1.02, 1.02, 1.02)),
        ("Along a", (1.02, 1, 1)),
        ("Along b", (1, 1.02, 1)),
        ("Along c", (1, 1, 1.02)),
    ],
)
def test_strain_of_an_orthogonal_cell(mode, lengths):
    structure = crystal("rutile-tio2")
    found = strained(structure, mode, 2)
    np.testing.assert_allclose(
        found.lattice.abc, np.multiply(structure.lattice.abc, lengths)
    )
    np.testing.assert_allclose(found.frac_coords, structure.frac_coords)


def test_uniaxial_strain_of_a_hexagonal_cell_keeps_what_is_perpendicular():
    structure = crystal("wurtzite-zno")
    found = strained(structure, "Along a", 5)
    assert found.lattice.a == pytest.approx(1.05 * structure.lattice.a)
    assert found.lattice.c == pytest.approx(structure.lattice.c)
    along = structure.lattice.matrix[0] / structure.lattice.a
    before, after = (each.lattice.matrix[1] for each in (structure, found))
    across = before - before @ along * along
    np.testing.assert_allclose(after - after @ along * along, across, atol=1e-12)


@pytest.mark.parametrize("mode", StrainMode)
def test_volume_follows_the_determinant(mode):
    structure = crystal("quartz-sio2")
    found = strained(structure, mode, -3)
    expected = structure.volume * np.linalg.det(deformation(structure, mode, -3))
    assert found.volume == pytest.approx(expected)
    assert strained(structure, mode, 0).volume == pytest.approx(structure.volume)


def test_a_cell_cannot_be_turned_inside_out():
    with pytest.raises(SettingsError, match="A strain of -100 % leaves no volume"):
        strained(crystal("bcc-fe"), "Isotropic", -100)


def test_strains_hold_zero_and_are_symmetric():
    assert 0.0 in STRAINS
    assert list(STRAINS) == sorted(STRAINS)
    assert [-strain + 0.0 for strain in reversed(STRAINS)] == list(STRAINS)

"""What is written comes back: every setting in every format, and spellings of numbers."""

import io

import pytest
from pymatgen.io.ase import AseAtomsAdaptor

from crysformer.structure.read import read_structure
from crysformer.structure.write import FORMATS
from tests.support.crystal_files import A_NACL, CL, NA, assert_is_nacl, cif, poscar
from tests.support.settings import SETTINGS, example, same_crystal

WRITERS = [FORMATS[name].write for name in ("CIF", "POSCAR", "JSON")]


def extended_xyz(structure):
    from ase.io import write

    stream = io.StringIO()
    write(stream, AseAtomsAdaptor.get_atoms(structure), format="extxyz")
    return stream.getvalue()


@pytest.mark.parametrize("start", range(0, len(SETTINGS), 53))
def test_every_setting_in_every_format(start):
    for hall_number in SETTINGS[start : start + 53]:
        structure = example(hall_number).structure
        for write in (*WRITERS, extended_xyz):
            found = read_structure(write(structure))
            assert same_crystal(found, structure), (hall_number, write.__name__)


@pytest.mark.parametrize("scale", ["5.64 5.64 5.64", "0.564D+1", "5.64  ! scale"])
def test_spellings_of_a_poscar_scale(scale):
    assert_is_nacl(read_structure(poscar(scale=scale)))


def test_a_cif_may_have_cartesian_coordinates_and_no_labels():
    text = cif([])
    cell = text[: text.index("loop_")]
    columns = ["type_symbol", *(f"Cartn_{axis}" for axis in "xyz")]
    rows = [
        " ".join([symbol, *(f"{A_NACL * x:.4f}" for x in site)])
        for symbol, sites in (("Na", NA), ("Cl", CL))
        for site in sites
    ]
    names = [f"_atom_site_{column}" for column in columns]
    assert_is_nacl(read_structure("\n".join([cell, "loop_", *names, *rows, ""])))

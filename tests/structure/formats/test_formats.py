"""Reading crystals: every format gives the same NaCl, and hydrogen is hydrogen."""

import gzip
import json
import sys
import warnings

import numpy as np
import pytest
from ase.io.jsonio import encode
from pymatgen.core import Element, Lattice, Structure

from crysformer.structure.formats.raw import MAX_SITES
from crysformer.structure.read import read_file, read_structure
from tests.support.crystal_files import (
    A_NACL,
    CUBE,
    EXPLICIT_CIF,
    FORMATS,
    NACL,
    NACL_ATOMS,
    ORIGIN,
    assert_is_nacl,
    cif,
    data_row,
    group,
    poscar,
    sentence,
    table,
    xyz,
)


@pytest.mark.parametrize("text", FORMATS.values(), ids=FORMATS.keys())
def test_every_format_gives_the_same_crystal(text):
    assert_is_nacl(read_structure(text))
    assert_is_nacl(read_structure(text.encode()))
    assert_is_nacl(read_structure(gzip.compress(text.encode())))


def test_file_name_does_not_matter(tmp_path):
    path = tmp_path / "wrong.png"
    path.write_bytes(b"\xef\xbb\xbf" + EXPLICIT_CIF.encode())
    assert_is_nacl(read_file(path))
    path.write_bytes(b"# by M\xfcller\n" + EXPLICIT_CIF.encode())
    assert_is_nacl(read_file(str(path)))
    path.write_text(cif([("Na", 0, 0, 0, 0.5)]))
    assert sentence(lambda: read_file(path)).startswith("wrong.png is disordered")


def test_case_does_not_matter_to_a_cif():
    """Words and names may be in capitals; what a text says stays as it is."""
    note = "_publ_section_comment\n;\nLOOP_ is a word.\n DATA_ is one too.\n;"
    sites = [("Na1", 0, 0, 0, 1), ("Cl1", 0.5, 0.5, 0.5, 1)]
    usual = cif(sites, header=f"{group('F m -3 m')}\n{note}")
    text = usual.replace("data_", "DATA_", 1).replace("loop_", "Loop_")
    for line in usual.splitlines():
        if line.startswith("_"):
            name, space, value = line.partition(" ")
            text = text.replace(line, name.upper() + space + value)
    assert "_CELL_LENGTH_A 5.64" in text
    assert_is_nacl(read_structure(text))
    assert_is_nacl(read_structure(usual))


def test_a_document_with_a_structure_in_it_is_read():
    """A row of our data files, an entry or a document of a database, ASE's atoms."""
    row = json.loads(
        data_row(NACL.lattice.matrix, NACL.frac_coords, ["Na"] * 4 + ["Cl"] * 4)
    )
    for crystal in (NACL.as_dict(), row):
        text = json.dumps({"id": "x", "structure": crystal, "labels": {"energy": 1.0}})
        assert_is_nacl(read_structure(text))


@pytest.mark.parametrize(
    "text",
    [
        data_row(np.eye(3) * 4, [[-0.25, 1.5, -3.0]], ["Na"]),
        poscar(names="Na\n", counts="1", rows="-0.25 1.5 -3.0 T T F\n"),
        poscar(names="Na\n", counts="1", rows="-0.25 1.5-3.0\n"),  # as Fortran writes
    ],
)
def test_coordinates_are_as_given(text):
    assert read_structure(text).frac_coords.tolist() == [[-0.25, 1.5, -3.0]]


@pytest.mark.parametrize(
    "text",
    [
        cif(
            [("D1", 0, 0, 0, 1), ("T", 0.5, 0.5, 0.5, 1)],
            header="_chemical_formula_sum 'D T'",
        ),
        cif(
            [("D1", 0, 0, 0, 1), ("H1", 0.5, 0.5, 0.5, 1)],
            header="_chemical_formula_sum 'D H'",
        ),
        poscar(names="D T\n", counts="1 1", rows=table([[0] * 3, [0.5] * 3])),
        xyz("D 0 0 0", "T 2.82 2.82 2.82"),
        data_row(np.eye(3) * A_NACL, [[0] * 3, [0.5] * 3], ["D", "T+"]),
    ],
)
def test_isotopes_are_hydrogen(text):
    structure = read_structure(text)
    assert [site.specie for site in structure] == [Element("H")] * 2
    assert sorted(structure.frac_coords.tolist()) == [[0] * 3, [0.5] * 3]


@pytest.mark.parametrize("shares", [(0.25, 0.75), (0.5, 0.5), (0.5, 0.5005)])
@pytest.mark.parametrize("isotopes", [("H", "D"), ("D", "H"), ("D", "T"), ("H+", "D+")])
def test_site_shared_by_isotopes_is_hydrogen(isotopes, shares):
    crystal = Structure(CUBE, [dict.fromkeys(isotopes, 0.5)], ORIGIN).as_dict()
    for entry, share in zip(crystal["sites"][0]["species"], shares, strict=True):
        entry["occu"] = share
    pairs = list(zip(isotopes, shares, strict=True))
    rows = [(f"{isotope}1", 0, 0, 0, share) for isotope, share in pairs]
    formula = " ".join(f"{isotope[0]}{share}" for isotope, share in pairs)
    header = f"_chemical_formula_sum '{formula}'"
    for text in (json.dumps(crystal), cif(rows, header=header)):
        assert [site.specie for site in read_structure(text)] == [Element("H")]


def test_mixed_valence_is_one_element():
    mixed = Structure(Lattice.cubic(3), [{"Fe2+": 0.25, "Fe3+": 0.75}], [[0, 0, 0]])
    for text in (mixed.to_json(), mixed.to(fmt="cif")):
        assert [site.specie for site in read_structure(text)] == [Element("Fe")]


def test_largest_cell_is_read():
    steps = np.arange(10) / 10, np.arange(10) / 10, np.arange(20) / 20
    grid = np.stack(np.meshgrid(*steps), axis=-1).reshape(-1, 3)
    row = data_row(CUBE * 14, grid, ["Cu"] * MAX_SITES)
    assert len(read_structure(row)) == MAX_SITES


def test_nothing_named_in_json_is_imported():
    hostile = {"@module": "antigravity", "@class": "fly", "@version": "1"}
    data = json.loads(NACL.to_json()) | hostile
    data["lattice"] |= hostile
    for site in data["sites"]:
        site |= hostile | {"properties": {"magmom": hostile}}
        site["species"][0] |= hostile
    assert_is_nacl(read_structure(json.dumps(data)))
    data = json.loads(encode(NACL_ATOMS)) | {"constraints": [{"name": "antigravity"}]}
    data["__ase_objtype__"] = "bandpath"
    assert_is_nacl(read_structure(json.dumps(data)))
    assert "antigravity" not in sys.modules


def test_warning_filters_survive():
    before = list(warnings.filters)
    read_structure(EXPLICIT_CIF)
    sentence(lambda: read_structure("data_"))
    assert warnings.filters == before

"""Reading crystals: every fault, also of hostile content, is one sentence with values."""

import gzip
import re

import numpy as np
import pytest
from ase import Atoms
from ase.io.jsonio import encode
from pymatgen.core import Structure

from crysformer.errors import StructureError
from crysformer.structure.decode import MAX_BYTES
from crysformer.structure.formats.raw import MAX_SITES
from crysformer.structure.read import read_crystal, read_file, read_structure
from tests.support.crystal_files import (
    CL,
    CUBE,
    EXPLICIT_CIF,
    FORMATS,
    NA,
    ORIGIN,
    cif,
    data_row,
    poscar,
    sentence,
    table,
    xyz,
)

NO_CELL = ["has no cell", "molecule", "add"]


FAULTS = {
    "empty": ("", ["is empty"]),
    "blank": (" \n\t\n", ["is empty"]),
    "prose": ("Dear referee,\nyes.", ["not in a format", "CIF", "POSCAR", "XYZ", "JSON"]),
    "binary": (b"PK\x03\x04\x00\x00", ["not a text file"]),
    "other JSON": ('{"a": 1}', ["JSON", "neither", "Structure.to_json()"]),
    "list": ("[1, 2]", ["JSON", "neither"]),
    "disordered": (
        cif([("Na1", 0, 0, 0.25, 0.75), ("K1", 0, 0, 0.25, 0.25)]),
        ["disordered", "Na 0.75", "K 0.25", "(0.000, 0.000, 0.250)", "ordered cell"],
    ),
    "vacancies": (cif([("Na1", 0, 0, 0, 0.5)]), ["disordered", "Na 0.5"]),
    "disordered JSON": (
        Structure(CUBE, [{"Na": 0.5, "K": 0.5}], ORIGIN).to_json(),
        ["disordered", "Na 0.5", "K 0.5"],
    ),
    "no sites": (Structure(CUBE, [], []).to_json(), ["0 atoms"]),
    "no atoms in XYZ": ("0\n\n", ["0 atoms"]),
    "no atoms in POSCAR": (poscar(counts="0 0", rows=""), ["0 atoms"]),
    "XYZ without a cell": ("1\nwater\nO 0 0 0\n", [*NO_CELL, "Lattice="]),
    "ASE without a cell": (encode(Atoms("O", [[0, 0, 0]])), NO_CELL),
    "pymatgen Molecule": (
        '{"@class": "Molecule", "sites": []}',
        ["molecule", "Structure"],
    ),
    "slab": (
        xyz("O 0 0 0", header='Lattice="4 0 0 0 4 0 0 0 4" pbc="T T F"'),
        ["2 of 3 directions", "pbc T T F"],
    ),
    "ASE slab": (encode(Atoms("O", cell=CUBE, pbc=[True, False, False])), ["1 of 3"]),
    "zero lattice": (poscar(scale="0"), ["0, 0, 0 Å", "span 0 Å³"]),
    "flat lattice": (
        data_row([[4, 0, 0], [8, 0, 0], [0, 0, 4]], ORIGIN, ["Na"]),
        ["4, 8, 4 Å", "0 Å³", "independent"],
    ),
    "huge lattice": (
        data_row(CUBE * 1000, ORIGIN, ["Na"]),
        ["4000", "none above 1000 Å"],
    ),
    "NaN lattice": (data_row(CUBE * np.nan, ORIGIN, ["Na"]), ["lattice", "not finite"]),
    "lattice 2 x 2": (data_row([[4, 0], [0, 4]], ORIGIN, ["Na"]), ["shape (2, 2)"]),
    "NaN coordinate": (
        data_row(CUBE, [[0, 0, 0], [0.5, 0.5, np.nan]], ["Na", "Cl"]),
        ["coordinates (0.5, 0.5, nan)", "site 2"],
    ),
    "infinite coordinate": (xyz("O 0 0 0", "O 2 2 1e300"), ["1e+300", "site 2"]),
    "missing coordinate": (data_row(CUBE, ORIGIN, ["Na", "Cl"]), ["2 species", "(1, 3)"]),
    "overlap": (
        data_row(CUBE, [[0.5] * 3, [0, 0, 0], [0, 0.02, 0]], ["Cl", "Na", "K"]),
        ["overlap", "site 2 (Na", "site 3 (K at (0.000, 0.020, 0.000))", "0.080 Å"],
    ),
    "overlap with an image": (
        data_row(CUBE, [[0, 0, 0.01], [1, 3, -0.99 + 0.95]], ["Na", "Cl"]),
        ["site 1 (Na", "site 2 (Cl", "0.200 Å", "0.5 Å"],
    ),
    "all on one point": (data_row(CUBE, ORIGIN * 9, ["Na"] * 9), ["0.000 Å", "site 1"]),
    "lattice in another unit": (data_row(CUBE / 10, ORIGIN, ["Na"]), ["span 0.064 Å³"]),
    "thin cell": (
        data_row(np.diag([0.3, 9, 9]), ORIGIN, ["Na"]),
        ["repeats every atom after 0.3 Å", "0.5 Å"],
    ),
    "thin skewed cell": (
        data_row([[4, 0, 0], [400.3, 0.1, 0], [0, 0, 4]], ORIGIN, ["Na"]),
        ["repeats every atom after 0.316 Å"],
    ),
    "almost dependent vectors": (
        data_row([[1, 0, 0], [700, 1, 0], [700, 700, 1]], ORIGIN, ["Na"]),
        ["almost dependent", "Å high (condition number 5.5e+08)", "reduced cell"],
    ),
    "crowded cell": (
        data_row(np.eye(3) * 0.57, ORIGIN, ["H"]),
        ["0.185 Å³ for each of its 1 atoms", "less than 0.2 Å³"],
    ),
    "too many": (
        data_row(CUBE * 20, np.zeros((MAX_SITES + 1, 3)), ["Na"] * (MAX_SITES + 1)),
        ["2001 atoms", "limit of 2000", "primitive cell"],
    ),
    "too many in POSCAR": (poscar(counts="4 999999999999"), ["1000000000003 atoms"]),
    "too many in XYZ": ("1234567\n\nO 0 0 0", ["1234567 atoms"]),
    "unknown element": (data_row(CUBE, ORIGIN, ["Foo"]), ["'Foo'", "element"]),
    "unknown element in POSCAR": (poscar(names="Na Foo\n"), ["'Foo'", "element"]),
    "unknown element in XYZ": (xyz("Foo 0 0 0"), ["'Foo'", "element"]),
    "dummy atom": (xyz("X 0 0 0"), ["'X'", "element"]),
    "superheavy": (data_row(CUBE, ORIGIN, ["Og"]), ["'Og'", "Lr (Z = 103)"]),
    "superheavy number": (data_row(CUBE, ORIGIN, [104]), ["'104'", "Lr (Z = 103)"]),
    "VASP 4 without names": (
        poscar(names=""),
        ["no element names", "VASP 4", "2 atom counts"],
    ),
    "VASP 4 with flags": (
        poscar(names="", rows=table(NA + CL, end=" F F F")),
        ["no element names"],
    ),
    "names and counts": (
        poscar(names="Na Cl K\n"),
        ["3 elements (Na Cl K)", "2 atom counts"],
    ),
    "short line in POSCAR": (
        poscar(rows=table(NA + CL[1:]) + "0 0.5\n"),
        ["'0 0.5' for the coordinates of atom 8"],
    ),
    "no mode": (poscar(mode="0 0 0.25"), ["'Direct' or 'Cartesian'"]),
    "no counts": (poscar(counts="four"), ["line of atom counts"]),
    "POSCAR cut off": (poscar(rows=table(NA)), ["8 atoms", "lists 4", "whole file"]),
    "XYZ cut off": ("3\n\nO 0 0 0\n", ["3 atoms", "lists 1", "whole file"]),
    "XYZ with absurd columns": (
        xyz("O 0 0 0", header='Lattice="4 0 0 0 4 0 0 0 4" Properties=pos:R:1000000000'),
        ["1000000000 columns"],
    ),
    "missing key": ('{"lattice": [[4,0,0],[0,4,0],[0,0,4]]}', ["no 'species'"]),
    "deep JSON": ("[" * 200_000, ["nested too deeply"]),
    "deep JSON in XYZ": (
        xyz("O 0 0 0", header=f'a="_JSON {"[" * 200_000}"'),
        ["has no cell"],
    ),
    "too large": ("x" * (MAX_BYTES + 1), ["larger than 5 MB"]),
    "gzip of too much": (gzip.compress(bytes(6_000_000)), ["5 MB", "unpack"]),
    "gzip too tight": (gzip.compress(b" " * 3_000_000), ["200 times"]),
    "gzip in gzip": (
        gzip.compress(gzip.compress(poscar().encode())),
        ["gzip file within a gzip file"],
    ),
    "gzip cut off": (gzip.compress(poscar().encode())[:40], ["ended too early"]),
}


@pytest.mark.parametrize(("content", "facts"), FAULTS.values(), ids=FAULTS.keys())
def test_fault_is_one_sentence_with_values(content, facts):
    message = sentence(lambda: read_structure(content, "a.cif"))
    assert message.startswith("a.cif ")
    assert "does not follow its format" not in message
    for fact in facts:
        assert fact in message


def test_atoms_far_outside_are_told_and_stay_where_they_are():
    places = [[200, 200, -200], [0.5, 0.5, 0.5]]
    found = read_crystal(data_row(CUBE, places, ["Na", "Cl"]))
    assert found.structure.frac_coords.tolist() == places
    assert len(found.warnings) == 1
    assert "1 of 2 atoms outside the cell, up to 200 cells away" in found.warnings[0]
    near = read_crystal(data_row(CUBE, [[-0.2, 1.5, 0], [0.5, 0.5, 0.5]], ["Na", "Cl"]))
    assert near.warnings == ()


def test_file_that_cannot_be_opened(tmp_path):
    missing = tmp_path / "none.cif"
    assert "none.cif cannot be opened (No such file" in sentence(
        lambda: read_file(missing)
    )
    assert "cannot be opened (Is a directory)" in sentence(lambda: read_file(tmp_path))
    assert "cannot be opened" in sentence(lambda: read_file("a\0b"))


def test_distances_reach_over_every_face_of_a_skewed_cell():
    lattice = np.array([[3, 0, 0], [14, 3, 0], [-7, 20, 2.5]])
    rng = np.random.default_rng(0)
    for _ in range(20):
        first, direction = rng.random(3), rng.normal(size=3)
        step = direction / np.linalg.norm(direction) @ np.linalg.inv(lattice)
        shift = rng.integers(-3, 4, size=3)
        near = data_row(lattice, [first, first + 0.49 * step + shift], ["Na", "Cl"])
        assert "lies 0.490 Å from site" in sentence(
            lambda near=near: read_structure(near)
        )
        far = data_row(lattice, [first, first + 0.51 * step + shift], ["Na", "Cl"])
        assert len(read_structure(far)) == 2


def outcome(content):
    """Read hostile content; anything but a crystal or one sentence fails the test."""
    try:
        structure = read_structure(content)
    except StructureError as error:
        message = str(error)
        assert message.startswith("the text ")
        assert "\n" not in message
        return None
    assert 0 < len(structure) <= MAX_SITES
    assert np.isfinite(structure.frac_coords).all()
    return structure


@pytest.mark.parametrize("text", FORMATS.values(), ids=FORMATS.keys())
def test_truncated_files_raise_nothing_else(text):
    content = text.encode()
    for length in range(0, len(content), 37):
        outcome(content[:length])
    packed = gzip.compress(content, mtime=0)
    for length in range(0, len(packed) - 8, 37):
        assert outcome(packed[:length]) is None


def test_random_bytes_raise_nothing_else():
    rng = np.random.default_rng(0)
    starts = [
        b"",
        b"{",
        b'{"lattice": ',
        b"data_\n_atom_site_fract_x ",
        b"1\n",
        b"\x1f\x8b",
    ]
    for start in starts:
        for length in (1, 10, 100, 1000):
            assert outcome(start + rng.bytes(length)) is None


@pytest.mark.parametrize("name", ["POSCAR", "extended XYZ", "ASE JSON", "pymatgen JSON"])
def test_damaged_numbers_raise_nothing_else(name):
    text = FORMATS[name]
    numbers = list(re.finditer(r"-?\d+\.?\d*", text))[::5]
    hostile = ["9" * 400, "1e999", "NaN", "-1", "٣", "\ud800", "\0", "[]", '""', "²"]
    for match in numbers:
        for value in hostile:
            outcome(text[: match.start()] + value + text[match.end() :])


def test_damaged_lines_raise_nothing_else():
    lines = EXPLICIT_CIF.splitlines()
    for number in range(len(lines)):
        for line in (
            "",
            "loop_",
            "'",
            ";",
            "data_",
            "_atom_site_label é",
            "? . ?",
            "1 2",
        ):
            outcome("\n".join([*lines[:number], line, *lines[number + 1 :]]))

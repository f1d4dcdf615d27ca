"""Reading crystals: every format gives the same NaCl, every fault its own sentence."""

import gzip
import io
import json
import re
import sys
import warnings

import ase.io
import numpy as np
import pytest
from ase import Atoms
from ase.io.jsonio import encode
from pymatgen.core import Element, Lattice, Structure
from pymatgen.io.cif import CifWriter

from crysformer.errors import StructureError
from crysformer.structures import MAX_BYTES, MAX_SITES, read_file, read_structure

A_NACL = 5.64
NA = [[0, 0, 0], [0, 0.5, 0.5], [0.5, 0, 0.5], [0.5, 0.5, 0]]
CL = [[0.5, 0.5, 0.5], [0.5, 0, 0], [0, 0.5, 0], [0, 0, 0.5]]
NACL = Structure(Lattice.cubic(A_NACL), ["Na"] * 4 + ["Cl"] * 4, NA + CL)
NACL_IONS = NACL.copy().add_oxidation_state_by_element({"Na": 1, "Cl": -1})
NACL_IONS.add_site_property("magmom", [0.5] * 8)
NACL_ATOMS = Atoms("Na4Cl4", scaled_positions=NA + CL, cell=[A_NACL] * 3, pbc=True)


def table(rows, factor=1.0, end=""):
    return "".join(
        " ".join(f"{factor * x:.6f}" for x in row) + f"{end}\n" for row in rows
    )


def poscar(
    comment="NaCl",
    scale="5.64",
    names="Na Cl\n",
    counts="4 4",
    mode="Direct",
    rows=None,
):
    rows = table(NA + CL) if rows is None else rows
    cell = "1 0 0\n0 1 0\n0 0 1\n"
    return f"{comment}\n{scale}\n{cell}{names}{counts}\n{mode}\n{rows}"


def cif(sites, cell=(A_NACL, A_NACL, A_NACL, 90, 90, 90), header=""):
    """Write a CIF from rows of label, x, y, z, occupancy."""
    names = (
        "length_a",
        "length_b",
        "length_c",
        "angle_alpha",
        "angle_beta",
        "angle_gamma",
    )
    lines = ["data_test", header]
    lines += [f"_cell_{name} {value}" for name, value in zip(names, cell, strict=True)]
    lines += ["loop_", "_atom_site_label"]
    lines += [
        f"_atom_site_{name}" for name in ("fract_x", "fract_y", "fract_z", "occupancy")
    ]
    lines += [" ".join(map(str, site)) for site in sites]
    return "\n".join(lines) + "\n"


def xyz(*rows, header=f'Lattice="{A_NACL} 0 0 0 {A_NACL} 0 0 0 {A_NACL}"'):
    return "\n".join([str(len(rows)), header, *rows]) + "\n"


def row(lattice, frac_coords, species):
    lattice, frac_coords = np.asarray(lattice).tolist(), np.asarray(frac_coords).tolist()
    return json.dumps(
        {"lattice": lattice, "frac_coords": frac_coords, "species": species}
    )


def written_by_ase(file_format):
    stream = io.StringIO()
    ase.io.write(stream, NACL_ATOMS, format=file_format)
    return stream.getvalue()


NA_XYZ = [f"Na {x} {y} {z}" for x, y, z in A_NACL * np.array(NA)]
CL_XYZ = [f"CL {x} {y} {z} 0.1" for x, y, z in A_NACL * np.array(CL)]
SYMMETRIC_CIF = cif(
    [("Na1", 0, 0, "0.0(3)", 1), ("Cl1", 0.5, 0.5, 0.5, "1.0000")],
    header="_symmetry_space_group_name_H-M 'F m -3 m'\n_chemical_formula_sum 'Na1 Cl1'",
)
EXPLICIT_CIF = cif([("Na", *x, 1) for x in NA] + [("Cl", *x, 1) for x in CL])
MAGNETIC_CIF = str(CifWriter(NACL_IONS, write_magmoms=True))
SELECTIVE = "Selective dynamics\nDirect"
FORMATS = {
    "CIF from a space group": SYMMETRIC_CIF,
    "CIF of all atoms": EXPLICIT_CIF,
    "magnetic CIF": MAGNETIC_CIF,
    "CIF with ions": NACL_IONS.to(fmt="cif", write_site_properties=True),
    "CIF after a block without sites": f"data_global\n_audit_author 'A'\n{EXPLICIT_CIF}",
    "CIF before another block": f"{EXPLICIT_CIF}\n{cif([('K', 0, 0, 0, 1)])}",
    "POSCAR": poscar(),
    "POSCAR with Windows line ends": poscar().replace("\n", "\r\n"),
    "POSCAR with remarks": poscar(scale="5.64 ! Angstrom", counts="4 4  # formula units"),
    "POSCAR without a comment": poscar(comment=""),
    "POSCAR with a number as comment": poscar(comment="8"),
    "POSCAR pasted with blank lines": "\n\n  " + poscar(),
    "POSCAR with hashes": poscar(names="Na_pv/6a2f546d Cl/79d9987a\n"),
    "POSCAR scaled to a volume": poscar(scale=str(-(A_NACL**3)), mode="Cartesian"),
    "POSCAR selective": poscar(mode=SELECTIVE, rows=table(NA + CL, end=" T F T")),
    "POSCAR with velocities": poscar() + "\n" + table(NA + CL),
    "POSCAR of VASP 4, names in comment": poscar(comment="Na Cl", names=""),
    "POSCAR of VASP 4, names at the end": poscar(
        names="", rows=table(NA, end=" Na") + table(CL, end=" Cl")
    ),
    "extended XYZ": xyz(*NA_XYZ, *(line[:-4] for line in CL_XYZ)),
    "extended XYZ with columns": xyz(
        *(f"{line} 0.1" for line in NA_XYZ),
        *CL_XYZ,
        header=f'Lattice="{A_NACL} 0 0 0 {A_NACL} 0 0 0 {A_NACL}" pbc="T T T" energy=-3 '
        "Properties=species:S:1:pos:R:3:charge:R:1",
    ),
    "extended XYZ of two frames": written_by_ase("extxyz") + xyz("K 0 0 0"),
    "pymatgen JSON": NACL.to_json(),
    "pymatgen JSON with ions": NACL_IONS.to_json(),
    "row of a data file": row(
        np.eye(3) * A_NACL, NA + CL, ["Na"] * 3 + [11] + ["Cl-"] + ["Cl"] * 3
    ),
    "ASE JSON": encode(NACL_ATOMS),
    "ASE database": written_by_ase("json"),
}


def assert_is_nacl(structure):
    assert type(structure) is Structure
    assert np.allclose(structure.lattice.matrix, np.eye(3) * A_NACL, atol=1e-5)
    for symbol, expected in (("Na", NA), ("Cl", CL)):
        found = [site.frac_coords for site in structure if site.specie == Element(symbol)]
        assert sorted(np.round(found, 5).tolist()) == sorted(expected)
    assert {type(site.specie) for site in structure} == {Element}
    assert structure.site_properties == {}
    assert structure.properties == {}


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


def test_coordinates_are_as_given():
    text = row(np.eye(3) * 4, [[-0.25, 1.5, 3.0]], ["Na"])
    assert read_structure(text).frac_coords.tolist() == [[-0.25, 1.5, 3.0]]


@pytest.mark.parametrize(
    "text",
    [
        cif([("D1", 0, 0, 0, 1), ("T", 0.5, 0.5, 0.5, 1)]),
        cif(
            [("D1", 0, 0, 0, 1), ("H1", 0.5, 0.5, 0.5, 1)],
            header="_chemical_formula_sum 'D H'",
        ),
        poscar(names="D T\n", counts="1 1", rows=table([[0] * 3, [0.5] * 3])),
        xyz("D 0 0 0", "T 2.82 2.82 2.82"),
        row(np.eye(3) * A_NACL, [[0] * 3, [0.5] * 3], ["D", "T+"]),
    ],
)
def test_isotopes_are_hydrogen(text):
    structure = read_structure(text)
    assert [site.specie for site in structure] == [Element("H")] * 2
    assert sorted(structure.frac_coords.tolist()) == [[0] * 3, [0.5] * 3]


def test_mixed_valence_is_one_element():
    mixed = Structure(Lattice.cubic(3), [{"Fe2+": 0.25, "Fe3+": 0.75}], [[0, 0, 0]])
    for text in (mixed.to_json(), mixed.to(fmt="cif")):
        assert [site.specie for site in read_structure(text)] == [Element("Fe")]


def sentence(read):
    """Return the message of the error, which is one line and one sentence."""
    with pytest.raises(StructureError) as caught:
        read()
    message = str(caught.value)
    assert "\n" not in message
    assert ". " not in message
    assert not message.endswith(".")
    assert len(message) < 400
    return message


CUBE = np.eye(3) * 4
ORIGIN = [[0, 0, 0]]
NO_CELL = ["has no cell", "molecule", "add"]
FAULTS = {
    "empty": ("", ["is empty"]),
    "blank": (" \n\t\n", ["is empty"]),
    "prose": ("Dear referee,\nyes.", ["no format", "CIF", "POSCAR", "XYZ", "JSON"]),
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
    "CIF without a cell": (
        "data_x\nloop_\n_atom_site_label\n_atom_site_fract_x\nC 0\n",
        [*NO_CELL, "_cell_length_a"],
    ),
    "CIF without sites": ("data_x\n_cell_length_a 4\n", ["_atom_site_fract_x"]),
    "slab": (
        xyz("O 0 0 0", header='Lattice="4 0 0 0 4 0 0 0 4" pbc="T T F"'),
        ["2 of 3 directions", "pbc T T F"],
    ),
    "ASE slab": (encode(Atoms("O", cell=CUBE, pbc=[True, False, False])), ["1 of 3"]),
    "zero lattice": (poscar(scale="0"), ["0, 0, 0 Å", "span 0 Å³"]),
    "flat lattice": (
        row([[4, 0, 0], [8, 0, 0], [0, 0, 4]], ORIGIN, ["Na"]),
        ["4, 8, 4 Å", "0 Å³", "independent"],
    ),
    "huge lattice": (row(CUBE * 1000, ORIGIN, ["Na"]), ["4000", "none above 1000 Å"]),
    "NaN lattice": (row(CUBE * np.nan, ORIGIN, ["Na"]), ["lattice", "not finite"]),
    "lattice 2 x 2": (row([[4, 0], [0, 4]], ORIGIN, ["Na"]), ["shape (2, 2)"]),
    "impossible angles": (
        cif([("Na1", 0, 0, 0, 1)], cell=(4, 4, 4, 20, 20, 90)),
        ["cell vectors of 4, 4, 4 Å", "independent"],
    ),
    "NaN coordinate": (
        row(CUBE, [[0, 0, 0], [0.5, 0.5, np.nan]], ["Na", "Cl"]),
        ["coordinates (0.5, 0.5, nan)", "site 2"],
    ),
    "infinite coordinate": (xyz("O 0 0 0", "O 2 2 1e300"), ["1e+300", "site 2"]),
    "missing coordinate": (row(CUBE, ORIGIN, ["Na", "Cl"]), ["2 species", "(1, 3)"]),
    "unlisted coordinate": (cif([("Na1", 0, 0, ".", 1)]), ["'.'", "site 1"]),
    "overlap": (
        row(CUBE, [[0.5] * 3, [0, 0, 0], [0, 0.02, 0]], ["Cl", "Na", "K"]),
        ["overlap", "site 2 (Na", "site 3 (K at (0.000, 0.020, 0.000))", "0.080 Å"],
    ),
    "overlap with an image": (
        row(CUBE, [[0, 0, 0.01], [1, 3, -0.99 + 0.95]], ["Na", "Cl"]),
        ["site 1 (Na", "site 2 (Cl", "0.200 Å", "0.5 Å"],
    ),
    "all on one point": (row(CUBE, ORIGIN * 9, ["Na"] * 9), ["0.000 Å", "site 1"]),
    "overlap in a CIF": (
        cif([("Na1", 0, 0, 0, 1), ("Cl1", 0, 0, 0, 1)]),
        ["overlap", "add up to 2.0"],
    ),
    "lattice in another unit": (row(CUBE / 10, ORIGIN, ["Na"]), ["span 0.064 Å³"]),
    "thin cell": (
        row(np.diag([0.3, 9, 9]), ORIGIN, ["Na"]),
        ["repeats every atom after 0.3 Å", "0.5 Å"],
    ),
    "thin skewed cell": (
        row([[4, 0, 0], [400.3, 0.1, 0], [0, 0, 4]], ORIGIN, ["Na"]),
        ["repeats every atom after 0.316 Å"],
    ),
    "too many": (
        row(CUBE * 20, np.zeros((MAX_SITES + 1, 3)), ["Na"] * (MAX_SITES + 1)),
        ["1001 atoms", "limit of 1000", "primitive cell"],
    ),
    "too many in POSCAR": (poscar(counts="4 999999999999"), ["1000000000003 atoms"]),
    "too many in XYZ": ("1234567\n\nO 0 0 0", ["1234567 atoms"]),
    "too many in CIF": (
        cif([("C", x, 0.1, 0.2, 1) for x in np.linspace(0, 0.9, 1001)]),
        ["1001 atoms"],
    ),
    "expands to too many": (
        cif(
            [("C", x, 0.13, 0.27, 1) for x in np.linspace(0.31, 0.43, 20)],
            header="_symmetry_space_group_name_H-M 'F m -3 m'",
        ),
        ["expands to about 3840 atoms", "limit of 1000"],
    ),
    "too many operations": (
        cif(
            [("C", 0, 0, 0, 1)],
            header="loop_\n_symmetry_equiv_pos_as_xyz\n" + "x,y,z\n" * 48001,
        ),
        ["48001 symmetry operations"],
    ),
    "unknown element": (row(CUBE, ORIGIN, ["Foo"]), ["'Foo'", "element"]),
    "unknown element in POSCAR": (poscar(names="Na Foo\n"), ["'Foo'", "element"]),
    "unknown element in XYZ": (xyz("Foo 0 0 0"), ["'Foo'", "element"]),
    "dummy species": (cif([("X1", 0, 0, 0, 1)]), ["'X'", "element"]),
    "dummy atom": (xyz("X 0 0 0"), ["'X'", "element"]),
    "superheavy": (row(CUBE, ORIGIN, ["Og"]), ["'Og'", "Lr (Z = 103)"]),
    "superheavy number": (row(CUBE, ORIGIN, [104]), ["'104'", "Lr (Z = 103)"]),
    "VASP 4 without names": (
        poscar(names=""),
        ["no element names", "VASP 4", "2 numbers of atoms"],
    ),
    "VASP 4 with flags": (
        poscar(names="", rows=table(NA + CL, end=" F F F")),
        ["no element names"],
    ),
    "names and counts": (
        poscar(names="Na Cl K\n"),
        ["3 elements (Na Cl K)", "2 numbers"],
    ),
    "three factors": (poscar(scale="1 1 2"), ["3 scaling factors"]),
    "no mode": (poscar(mode="0 0 0.25"), ["'Direct' or 'Cartesian'"]),
    "no counts": (poscar(counts="four"), ["numbers of atoms"]),
    "POSCAR cut off": (poscar(rows=table(NA)), ["8 atoms", "lists 4", "whole file"]),
    "XYZ cut off": ("3\n\nO 0 0 0\n", ["3 atoms", "lists 1", "whole file"]),
    "XYZ with absurd columns": (
        xyz("O 0 0 0", header='Lattice="4 0 0 0 4 0 0 0 4" Properties=pos:R:1000000000'),
        ["1000000000 columns"],
    ),
    "water without hydrogen sites": (cif([("Wat1", 0, 0, 0, 1)]), ["hydrogen"]),
    "attached hydrogens": (
        "data_x\nloop_\n_atom_site_attached_hydrogens\n2\n"
        + cif([("O1", 0, 0, 0, 1)]).removeprefix("data_test"),
        ["hydrogen", "without coordinates"],
    ),
    "a site for a group": (
        cif([("Na1", 0, 0, 0, 1), ("OH1", 0.5, 0.5, 0.5, 1)]),
        ["'OH1'", "several atoms"],
    ),
    "formula of another compound": (
        cif([("C1", 0, 0, 0, 1)], header="_chemical_formula_sum 'C H4'"),
        ["sites that make C", "'C H4'", "hydrogens"],
    ),
    "unknown space group": (
        cif([("C1", 0, 0, 0, 1)], header="_symmetry_space_group_name_H-M 'F 9'"),
        ["space group", "F 9", "P 1"],
    ),
    "broken operation": (
        cif(
            [("C1", 0, 0, 0, 1)],
            header="loop_\n_symmetry_equiv_pos_as_xyz\nx,y,z\n-x,y\n",
        ),
        ["operation (number 2)"],
    ),
    "site outside a loop": (
        "data_x\n_cell_length_a 4\n_cell_length_b 4\n_cell_length_c 4\n"
        "_cell_angle_alpha 90\n_cell_angle_beta 90\n_cell_angle_gamma 90\n"
        "_atom_site_label Na1\n_atom_site_fract_x 0\n_atom_site_fract_y 0\n"
        "_atom_site_fract_z 0\n",
        ["loop_"],
    ),
    "question mark": (cif([("C1", 0, "?", 0, 1)]), ["cannot be read", "'?'"]),
    "missing key": ('{"lattice": [[4,0,0],[0,4,0],[0,0,4]]}', ["'species' is missing"]),
    "deep JSON": ("[" * 200_000, ["nested too deeply"]),
    "deep JSON in XYZ": (
        xyz("O 0 0 0", header=f'a="_JSON {"[" * 200_000}"'),
        ["nested too deeply"],
    ),
    "too large": ("x" * (MAX_BYTES + 1), ["larger than 5 MB"]),
    "gzip of too much": (gzip.compress(bytes(6_000_000)), ["5 MB", "unpack"]),
    "gzip too tight": (gzip.compress(b" " * 3_000_000), ["200 times"]),
    "gzip in gzip": (
        gzip.compress(gzip.compress(poscar().encode())),
        ["gzip file within a gzip file"],
    ),
    "gzip cut off": (gzip.compress(poscar().encode())[:40], ["cannot be read", "ended"]),
}


@pytest.mark.parametrize(("content", "facts"), FAULTS.values(), ids=FAULTS.keys())
def test_fault_is_one_sentence_with_values(content, facts):
    message = sentence(lambda: read_structure(content, "a.cif"))
    assert message.startswith("a.cif ")
    for fact in facts:
        assert fact in message


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
        near = row(lattice, [first, first + 0.49 * step + shift], ["Na", "Cl"])
        assert "lies 0.490 Å from site" in sentence(
            lambda near=near: read_structure(near)
        )
        far = row(lattice, [first, first + 0.51 * step + shift], ["Na", "Cl"])
        assert len(read_structure(far)) == 2


def test_largest_cell_is_read():
    grid = np.stack(np.meshgrid(*[np.arange(10) / 10] * 3), axis=-1).reshape(-1, 3)
    assert len(read_structure(row(CUBE * 7, grid, ["Cu"] * MAX_SITES))) == MAX_SITES


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

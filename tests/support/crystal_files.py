"""Crystals written as text in every format that is read, whole and to be damaged."""

import io
import json

import ase.io
import numpy as np
import pytest
from ase import Atoms
from ase.io.jsonio import encode
from pymatgen.core import Element, Lattice, Structure
from pymatgen.io.cif import CifWriter

from crysformer.errors import StructureError

CUBE = np.eye(3) * 4
ORIGIN = [[0, 0, 0]]
A_NACL = 5.64
NA = [[0, 0, 0], [0, 0.5, 0.5], [0.5, 0, 0.5], [0.5, 0.5, 0]]
CL = [[0.5, 0.5, 0.5], [0.5, 0, 0], [0, 0.5, 0], [0, 0, 0.5]]
NACL = Structure(Lattice.cubic(A_NACL), ["Na"] * 4 + ["Cl"] * 4, NA + CL)
NACL_IONS = NACL.copy().add_oxidation_state_by_element({"Na": 1, "Cl": -1})
NACL_IONS.add_site_property("magmom", [0.5] * 8)
NACL_ATOMS = Atoms("Na4Cl4", scaled_positions=NA + CL, cell=[A_NACL] * 3, pbc=True)


def table(rows, end=""):
    return "".join(" ".join(f"{x:.6f}" for x in row) + f"{end}\n" for row in rows)


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
    names = [f"length_{axis}" for axis in "abc"]
    names += [f"angle_{angle}" for angle in ("alpha", "beta", "gamma")]
    lines = ["data_test", header]
    lines += [f"_cell_{name} {value}" for name, value in zip(names, cell, strict=True)]
    lines += ["loop_", "_atom_site_label"]
    lines += [f"_atom_site_fract_{axis}" for axis in "xyz"]
    lines += ["_atom_site_occupancy"]
    lines += [" ".join(map(str, site)) for site in sites]
    return "\n".join(lines) + "\n"


def group(name):
    return f"_symmetry_space_group_name_H-M '{name}'"


def operations(*rows, key="_symmetry_equiv_pos_as_xyz"):
    return "\n".join(["loop_", key, *rows])


def xyz(*rows, header=f'Lattice="{A_NACL} 0 0 0 {A_NACL} 0 0 0 {A_NACL}"'):
    return "\n".join([str(len(rows)), header, *rows]) + "\n"


def data_row(lattice, frac_coords, species):
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
    header=f"{group('F m -3 m')}\n_chemical_formula_sum 'Na1 Cl1'",
)
EXPLICIT_CIF = cif([("Na", *x, 1) for x in NA] + [("Cl", *x, 1) for x in CL])
MOMENTS = (
    "loop_\n_atom_site_moment_label\n_atom_site_moment_crystalaxis_x\n"
    "_atom_site_moment_crystalaxis_y\n_atom_site_moment_crystalaxis_z\nNa1 0 0 1\n"
)
MAGNETIC_CIF = str(CifWriter(NACL_IONS, write_magmoms=True))
SELECTIVE = "Selective dynamics\nDirect"
FORMATS = {
    "CIF from a space group": SYMMETRIC_CIF,
    "CIF of all atoms": EXPLICIT_CIF,
    "magnetic CIF": MAGNETIC_CIF,
    "CIF with moments but an ordinary group": SYMMETRIC_CIF + MOMENTS,
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
    "row of a data file": data_row(
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

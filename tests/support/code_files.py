"""CsCl in the inputs and outputs of programs: sites in P1, and one fact that differs."""

import io
import json

import ase.io
import numpy as np
from ase import Atoms
from pymatgen.core import Lattice, Structure

A = 4.12
CSCL = Structure(Lattice.cubic(A), ["Cs", "Cl"], [[0, 0, 0], [0.5, 0.5, 0.5]])
BOHR = A / 0.529177210544
_ATOMS = Atoms("CsCl", scaled_positions=CSCL.frac_coords, cell=[A] * 3, pbc=True)
_HALF = A / 2
_MATRIX = CSCL.lattice.matrix.tolist()


def written_by_ase(atoms, file_format, **options):
    stream = io.StringIO()
    ase.io.write(stream, atoms, format=file_format, **options)
    return stream.getvalue()


def _jarvis(cartesian=False):
    coords = CSCL.cart_coords if cartesian else CSCL.frac_coords
    return {
        "lattice_mat": _MATRIX,
        "coords": coords.tolist(),
        "elements": ["Cs", "Cl"],
        "cartesian": cartesian,
    }


_OPTIMADE = {
    "lattice_vectors": _MATRIX,
    "cartesian_site_positions": CSCL.cart_coords.tolist(),
    "species_at_sites": ["heavy", "Cl"],
    "species": [
        {"name": "heavy", "chemical_symbols": ["Cs"], "concentration": [1.0]},
        {"name": "Cl", "chemical_symbols": ["Cl"], "concentration": [1.0]},
    ],
    "dimension_types": [1, 1, 1],
    "chemical_formula_reduced": "ClCs",
}
_BARE = CSCL.as_dict()
for _site in _BARE["sites"]:
    del _site["abc"]
_PARAMETERS = CSCL.as_dict()
del _PARAMETERS["lattice"]["matrix"]

DOCUMENTS = {
    "JARVIS atoms": _jarvis(),
    "JARVIS atoms, Cartesian": _jarvis(cartesian=True),
    "JARVIS record": {"jid": "JVASP-0", "atoms": _jarvis(), "formula": "CsCl"},
    "JARVIS list": [{"jid": "JVASP-0", "atoms": _jarvis()}],
    "OPTIMADE attributes": _OPTIMADE,
    "OPTIMADE answer": {"data": [{"id": "1", "attributes": _OPTIMADE}], "meta": {}},
    "OPTIMADE single entry": {"data": {"id": "1", "attributes": _OPTIMADE}},
    "Materials Project document": {"material_id": "mp-0", "structure": CSCL.as_dict()},
    "Materials Project answer": {"data": [{"structure": CSCL.as_dict()}]},
    "computed entry": {"energy": -1.0, "structure": CSCL.as_dict()},
    "task document": {"output": {"structure": CSCL.as_dict()}},
    "sites without abc": _BARE,
    "lattice of parameters": _PARAMETERS,
    "spglib cell": [_MATRIX, CSCL.frac_coords.tolist(), [55, 17]],
    "moyo cell": {
        "lattice": {"basis": np.array(_MATRIX).ravel().tolist()},
        "positions": CSCL.frac_coords.tolist(),
        "numbers": [55, 17],
    },
    "atoms with symbols": {
        "cell": _MATRIX,
        "positions": CSCL.cart_coords.tolist(),
        "symbols": ["Cs", "Cl"],
    },
    "scaled positions": {
        "cell": [A] * 3,
        "scaled_positions": CSCL.frac_coords.tolist(),
        "numbers": [55, 17],
        "pbc": True,
    },
}
_VECTORS = "\n".join(f"{x} {y} {z}" for x, y, z in _MATRIX)
_STEP = f"Cs 0 0 0\nCl {_HALF} {_HALF} {_HALF}\n"
_STRUCT = f"""CsCl
P   LATTICE,NONEQUIV.ATOMS:  2
MODE OF CALC=RELA
{BOHR:10.6f}{BOHR:10.6f}{BOHR:10.6f} 90.000000 90.000000 90.000000
ATOM   1: X=0.00000000 Y=0.00000000 Z=0.00000000
          MULT= 1          ISPLIT= 1
Cs         NPT=  781  R0=0.00001000 RMT=    2.0000   Z:  55.00000
LOCAL ROT MATRIX:    1.0000000 0.0000000 0.0000000
                     0.0000000 1.0000000 0.0000000
                     0.0000000 0.0000000 1.0000000
ATOM   2: X=0.50000000 Y=0.50000000 Z=0.50000000
          MULT= 1          ISPLIT= 1
Cl         NPT=  781  R0=0.00010000 RMT=    2.0000   Z:  17.00000
LOCAL ROT MATRIX:    1.0000000 0.0000000 0.0000000
                     0.0000000 1.0000000 0.0000000
                     0.0000000 0.0000000 1.0000000
   0
"""
_GRID = (A / 0.529177210544) / 10
FILES = {
    **{name: json.dumps(document) for name, document in DOCUMENTS.items()},
    "JSON lines": json.dumps(CSCL.as_dict()) + "\n",
    "XSF": f"CRYSTAL\nPRIMVEC\n{_VECTORS}\nPRIMCOORD\n2 1\n55 0 0 0\nCl 2.06 2.06 2.06\n",
    "XSF by ASE": written_by_ase(_ATOMS, "xsf"),
    "AIRSS .res": "TITL x -1 2 3\nCELL 0.7 4.12 4.12 4.12 90 90 90\nLATT -1\nSFAC Cs Cl\n"
    "Cs 1 0 0 0 1.0\nCl 2 0.5 0.5 0.5 1.0\nEND\n",
    "SHELX .ins with symmetry": "TITL CsCl in Pm-3m\n"
    "CELL 0.71073 4.12 4.12 4.12 90 90 90\n"
    "ZERR 1 0.001 0.001 0.001 0 0 0\nLATT 1\nSYMM Z, X, Y\nSYMM Y, X, Z\nSYMM -X, -Y, Z\n"
    "SFAC CS CL\nUNIT 1 1\nFVAR 0.5 1.0\nCS1 1 0 0 0 10.020833 =\n 0.05\n"
    "CL1 2 10.5 10.5 10.5 10.020833 0.05\nHKLF 4\nQ1 1 0.1 0.1 0.1 11 0.05\n",
    "CASTEP .cell": f"%BLOCK LATTICE_CART\nbohr\n{BOHR} 0 0\n0 {BOHR} 0 ! b\n0 0 {BOHR}\n"
    "%ENDBLOCK LATTICE_CART\n%BLOCK POSITIONS_FRAC\nCs:1 0 0 0\nCl 0.5 .5 5.0d-1 SPIN=1\n"
    "%ENDBLOCK POSITIONS_FRAC\n",
    "CASTEP .cell with lengths": f"%block lattice_abc\n{A} {A} {A}\n90 90 90\n"
    "%endblock lattice_abc\n%block positions_abs\nang\n"
    + _STEP
    + "%endblock positions_abs\n",
    "Quantum ESPRESSO, ibrav 0": "&CONTROL\n/\n&SYSTEM\n ibrav=0, nat=2, ntyp=2\n/\n"
    "&ELECTRONS\n/\nATOMIC_SPECIES\nCs 132.9 Cs.UPF\nCl 35.45 Cl.UPF\n"
    f"CELL_PARAMETERS angstrom\n{_VECTORS}\nATOMIC_POSITIONS crystal\nCs 0 0 0\n"
    "Cl 0.5 0.5 0.5\nK_POINTS gamma\n",
    "Quantum ESPRESSO, ibrav 1": f"&control\n/\n&system\n"
    f" ibrav=1, celldm(1)={BOHR}, nat=2,"
    " ntyp=2\n/\n&electrons\n/\nATOMIC_SPECIES\nCs1 132.9 Cs.UPF\nCl 35.45 Cl.UPF\n"
    "ATOMIC_POSITIONS alat\nCs1 0 0 0\nCl 0.5 0.5 0.5\nK_POINTS gamma\n",
    "FHI-aims": f"# CsCl\nlattice_vector {A} 0 0\nlattice_vector 0 {A} 0\n"
    f"lattice_vector 0 0 {A}\natom 0 0 0 Cs\natom_frac 0.5 0.5 0.5 Cl\n"
    " initial_moment 1\n",
    "LAMMPS atomic": f"CsCl\n\n2 atoms\n2 atom types\n\n1 {1 + A} xlo xhi\n"
    f"0 {A} ylo yhi\n"
    f"0 {A} zlo zhi\n\nMasses\n\n1 132.905\n2 35.45\n\nAtoms # atomic\n\n1 1 1 0 0\n"
    f"2 2 {1 + _HALF} {_HALF} {_HALF}\n",
    "LAMMPS charge": f"CsCl\n\n2 atoms\n2 atom types\n0 {A} xlo xhi\n0 {A} ylo yhi\n"
    f"0 {A} zlo zhi\n0 0 0 xy xz yz\n\nMasses\n\n1 132.905 # Cs\n2 35.45\n\nAtoms\n\n"
    f"1 1 1.0 0 0 0\n2 2 -1.0 {_HALF} {_HALF} {_HALF}\n\nVelocities\n\n1 0 0 0\n"
    "2 0 0 0\n",
    "LAMMPS by ASE": written_by_ase(
        _ATOMS, "lammps-data", masses=True, specorder=["Cs", "Cl"]
    ),
    "vasprun.xml": "<?xml version='1.0'?><modeling><atominfo><array name='atoms'><set>"
    "<rc><c>Cs</c><c>1</c></rc><rc><c>Cl</c><c>2</c></rc></set></array></atominfo>"
    "<structure name='finalpos'><crystal><varray name='basis'>"
    + "".join(f"<v>{x} {y} {z}</v>" for x, y, z in _MATRIX)
    + "</varray></crystal><varray name='positions'><v>0 0 0</v><v>.5 .5 .5</v></varray>"
    "</structure></modeling>",
    "CUBE": f"CsCl\nby hand\n2 0 0 0\n10 {_GRID} 0 0\n10 0 {_GRID} 0\n10 0 0 {_GRID}\n"
    f"55 55 0 0 0\n17 17 {BOHR / 2} {BOHR / 2} {BOHR / 2}\n0 0 0 0 0 0\n",
    "CHGCAR": f"CsCl\n1.0\n{_VECTORS}\nCs Cl\n1 1\nDirect\n0 0 0\n.5 .5 .5\n\n2 2 2\n"
    "1 2 3 4 5\n6 7 8\n",
    "XDATCAR": f"CsCl\n1\n{_VECTORS}\nCs Cl\n1 1\nDirect configuration=     1\n0 0 0\n"
    ".5 .5 .49\nDirect configuration=     2\n0 0 0\n.5 .5 .5\n",
    "XDATCAR of a changing cell": "CsCl\n1\n4 0 0\n0 4 0\n0 0 4\nCs Cl\n1 1\n"
    f"Direct configuration= 1\n0 0 0\n.5 .5 .5\nCsCl\n1\n{_VECTORS}\nCs Cl\n1 1\n"
    "Direct configuration= 2\n0 0 0\n.5 .5 .5\n",
    "phonopy YAML": "phonopy:\n  version: 2.20\nphysical_unit:\n  length: angstrom\n"
    "primitive_cell:\n  lattice: []\n\nunit_cell:\n  lattice:\n"
    + "".join(f"  - [ {x}, {y}, {z} ] # a\n" for x, y, z in _MATRIX)
    + "  points:\n  - symbol: Cs # 1\n    coordinates: [ 0, 0, 0 ]\n    mass: 132.9\n"
    "  - symbol: Cl # 2\n    coordinates: [ 0.5, 0.5, 0.5 ]\n    mass: 35.4\n\n"
    "force_constants:\n  format: full\n",
    "DFTB+ .gen": f"2 F\nCs Cl\n1 1 0 0 0\n2 2 .5 .5 .5\n0 0 0\n{_VECTORS}\n",
    "DFTB+ .gen by ASE": written_by_ase(_ATOMS, "gen"),
    "CSSR": f"    {A} {A} {A}\n   90 90 90   SPGR =  1 P 1         OPT = 1\n2   0\n"
    "0 CsCl\n"
    "1 Cs 0 0 0 0 0 0 0 0 0 0 0 0.0\n2 Cl .5 .5 .5 0 0 0 0 0 0 0 0 0.0\n",
    "CSSR with a group": f"REFERENCE STRUCTURE = 00000   A,B,C =  {A}  {A}  {A}\n"
    "   ALPHA,BETA,GAMMA =  90.000  90.000  90.000    SPGR = 221 P m -3 m\n   2   0\n"
    "     0 CsCl : CsCl\n   1 Cs 0 0 0 0 0\n   2 Cl 0.5 0.5 0.5 0 0\n",
    "PDB": f"CRYST1{A:9.3f}{A:9.3f}{A:9.3f}  90.00  90.00  90.00 P m -3 m     1\n"
    "HETATM    1 CS    CS A   1       0.000   0.000   0.000  1.00  0.00          CS\n"
    "HETATM    2 CL    CL A   2       2.060   2.060   2.060  1.00  0.00          "
    "CL\nEND\n",
    "PDB by ASE": written_by_ase(_ATOMS, "proteindatabank"),
    "WIEN2k": _STRUCT,
    "mcsqs": f"{A} 0 0\n0 {A} 0\n0 0 {A}\n1 0 0\n0 1 0\n0 0 1\n0 0 0 Cs\n"
    "0.5 0.5 0.5 Cl\n",
    "mcsqs with parameters": f"{A} {A} {A} 90 90 90\n1 0 0\n0 1 0\n0 0 1\n0 0 0 Cs\n"
    ".5 .5 .5 Cl=1.0\n",
}
"""One crystal of CsCl in every format but CIF, POSCAR and XYZ."""

MOLECULES = {
    "XSF": "MOLECULE\nATOMS\n8 0 0 0\n",
    "XSF slab": f"SLAB\nPRIMVEC\n{_VECTORS}\nPRIMCOORD\n1 1\n8 0 0 0\n",
    "FHI-aims": "atom 0 0 0 O\natom 0 0 1 H\n",
    "DFTB+": "2 C\nO H\n1 1 0 0 0\n2 2 0 0 1\n",
    "PDB": "HETATM    1  O   HOH A   1       0.000   0.000   0.000  1.00  0.00    "
    "       O\n",
    "PDB with a placeholder": "CRYST1    1.000    1.000    1.000  90.00  90.00  "
    "90.00 P 1\n"
    "HETATM    1  O   HOH A   1       0.000   0.000   0.000  1.00  0.00           O\n",
    "OPTIMADE": json.dumps(_OPTIMADE | {"dimension_types": [0, 0, 0]}),
    "OPTIMADE without a cell": json.dumps(_OPTIMADE | {"lattice_vectors": None}),
    "MOL": "water\n  x\n\n  1  0  0  0  0  0  0  0  0  0999 V2000\n    0 0 0 O\nM  END\n",
    "MOL2": "@<TRIPOS>MOLECULE\nwater\n",
    "Gaussian": "%chk=water.chk\n#p b3lyp\n\nwater\n\n0 1\nO 0 0 0\n",
}

"""Files that people drop in and that hold no crystal: each is named as what it is."""

import re
from typing import NamedTuple

from crysformer.errors import StructureError


class Other(NamedTuple):
    """A kind of file that is known and not read.

    Attributes:
        name: What it is, for a sentence.
        sign: A pattern that some line at its beginning matches.
        instead: What to give in its place.
    """

    name: str
    sign: str
    instead: str


_CELL = "a crystal needs a unit cell: give a CIF or POSCAR of one"
OTHERS = (
    Other("a molecule (MOL or SDF)", r".{0,40}V[23]000\s*$|\$\$\$\$", _CELL),
    Other("a molecule (MOL2)", r"@<TRIPOS>", _CELL),
    Other("a molecule (CML)", r"<(?:cml|molecule)\b", _CELL),
    Other(
        "an input or output of Gaussian", r"%chk=|#[pn]?\s|.{0,4}Entering Gaussian", _CELL
    ),
    Other(
        "an OUTCAR of VASP",
        r"\s{0,4}vasp\.\d\.\d|\s{0,4}INCAR:",
        "give the CONTCAR or vasprun.xml of the same run",
    ),
    Other(
        "a POTCAR of VASP",
        r"\s{0,4}(?:VRHFIN|TITEL)\s{0,4}=",
        "give the POSCAR beside it",
    ),
    Other(
        "an INCAR of VASP",
        r"\s{0,4}(?:ENCUT|ISMEAR|IBRION|SYSTEM)\s{0,4}=",
        "give the POSCAR beside it",
    ),
    Other(
        "an output of Quantum ESPRESSO",
        r"\s{0,8}Program PWSCF",
        "give the input of the run, or a CIF of its last structure",
    ),
    Other(
        "a dump of LAMMPS, which names no elements",
        r"ITEM: TIMESTEP",
        "give the data file with its masses",
    ),
    Other("a web page", r"\s{0,8}<(?:!doctype html|html)\b", "save the file itself"),
    Other("a PDF", r"%PDF-", "give the CIF that belongs to the article"),
    Other(
        "a checksum or pointer of Git LFS", r"version https://git-lfs", "fetch the file"
    ),
    Other(
        "reflection data",
        r"_refln_index_h|_refln\.index_h|\s{0,4}LIST\s+\d+\s*$",
        "give the CIF of the structure",
    ),
    Other(
        "a Python script",
        r"(?:import|from)\s+\w+|def\s+\w+\(",
        "run it and give the crystal that it makes",
    ),
)


def refuse_other(beginning: str) -> None:
    """Name a file that holds no crystal.

    Args:
        beginning: The first lines of a text in no known format.

    Raises:
        StructureError: It is one of the kinds above.
    """
    for other in OTHERS:
        if re.search(rf"^(?:{other.sign})", beginning, re.M | re.I):
            raise StructureError(f"is {other.name} and not a crystal; {other.instead}")

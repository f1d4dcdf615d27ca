"""Recognise the format of a crystal file, by content alone.

A format is a row of `TABLE`: its sign, and the reader, which is imported when the first
file of the format comes. A reader returns entries that `crysformer.structure.read` has
yet to judge, and raises `StructureError` with a predicate ("has no cell, ...") that the
caller puts behind the file's name.
"""

import re
from collections.abc import Callable, Sequence
from functools import partial
from importlib import import_module
from typing import NamedTuple

from crysformer.errors import StructureError
from crysformer.structure.formats import FORMATS
from crysformer.structure.formats.others import refuse_other
from crysformer.structure.formats.poscar import is_poscar
from crysformer.structure.formats.raw import Entry

_MODULES = "crysformer.structure.formats"
_BEGINNING = 20_000  # Characters in which the sign of a format has to be.


class Format(NamedTuple):
    """A format that is read.

    Attributes:
        name: For people.
        files: Usual names or endings of its files.
        sign: Tells a text of this format; it sees the beginning of the text.
        reader: Module and function that turn a whole text into one crystal, or into
            entries.
        holds: What one file may hold.
        frames: Whether its entries may be steps of one crystal, of which the last
            counts.
    """

    name: str
    files: str
    sign: Callable[[str], bool]
    reader: str
    holds: str = "one crystal"
    frames: bool = False

    def entries(self, text: str) -> Sequence[Entry]:
        """Return the crystals of a text, to be read one by one.

        Raises:
            StructureError: The text as a whole is wrong.
        """
        module, function = self.reader.split(":")
        read = getattr(import_module(f"{_MODULES}.{module}"), function)
        if self.holds == "one crystal":
            return [Entry("", partial(read, text))]
        return read(text)


def _lines(pattern: str) -> Callable[[str], bool]:
    """A sign that some line of the text starts with."""
    compiled = re.compile(rf"^[ \t]*(?:{pattern})", re.M | re.I)
    return lambda text: compiled.search(text) is not None


def _first_line(pattern: str) -> Callable[[str], bool]:
    """A sign that the first line of the text consists of."""
    compiled = re.compile(pattern, re.I)
    return lambda text: compiled.fullmatch(text.partition("\n")[0].strip()) is not None


def _both(*signs: Callable[[str], bool]) -> Callable[[str], bool]:
    return lambda text: all(sign(text) for sign in signs)


def _named(pattern: str, line: int) -> Callable[[str], bool]:
    """A sign in one of the first lines, counted from 0."""
    compiled = re.compile(pattern, re.I)
    return lambda text: any(
        compiled.search(each) for each in text.split("\n", line + 1)[line : line + 1]
    )


# Bounded runs, each of which fits a text in one way only. On a megabyte of digits, open
# ones take minutes; three rows of digits that can be parted in two ways take years.
_NUMBER = r"[-+]?(?:\d{1,20}(?:\.\d{0,20})?|\.\d{1,20})(?:[eEdD][-+]?\d{1,4})?"
_THREE = rf"{_NUMBER}[ \t]{{1,40}}{_NUMBER}[ \t]{{1,40}}{_NUMBER}"
_ROW, _MORE = rf"[ \t]{{0,40}}{_THREE}", rf"[ \t]{{1,40}}{_THREE}"
_LINE = rf"(?>{_ROW}\s*\n)"
_STEPS = "the steps of a calculation"
_MANY = "one crystal or many"

# The first row whose sign is there counts: POSCAR comes before XYZ, because a POSCAR's
# free comment line may well be a single number, and what is told more surely before both.
TABLE: Sequence[Format] = (
    Format(
        "JSON of pymatgen, ASE, JARVIS, OPTIMADE, Materials Project, spglib, moyo; "
        "JSON lines",
        ".json, .jsonl",
        lambda text: text.lstrip()[:1] in ("{", "["),
        "documents.read:read_json",
        _MANY,
    ),
    Format(
        "vasprun.xml of VASP",
        "vasprun.xml",
        _both(_lines("<"), lambda text: "<modeling" in text),
        "codes.vasp:read_vasprun",
        _STEPS,
        frames=True,
    ),
    Format(
        "mcsqs of ATAT",
        "bestsqs.out, rndstr.in",
        _lines(rf"\A(?:{_LINE}{{6}}|(?>{_ROW}{_MORE}\s*\n){_LINE}{{3}}){_ROW}\s+[A-Z]"),
        "codes.mcsqs:read_mcsqs",
    ),
    Format(
        "XDATCAR of VASP",
        "XDATCAR",
        _both(is_poscar, _lines(r"(?:direct|cartesian)\s+configuration\s*=")),
        "codes.vasp:read_xdatcar",
        _STEPS,
        frames=True,
    ),
    Format(
        "POSCAR, CONTCAR, CHGCAR and LOCPOT of VASP",
        "POSCAR, CONTCAR, CHGCAR, .vasp",
        is_poscar,
        "poscar:read_poscar",
    ),
    Format(
        "CUBE of Gaussian and others",
        ".cube, .cub",
        _both(
            *(
                _named(rf"^\s*+-?\d{{1,9}}{_MORE}(?:\s+\d+)?\s*$", line)
                for line in (2, 3, 4, 5)
            )
        ),
        "codes.cube:read_cube",
    ),
    Format(
        "extended XYZ with a cell",
        ".xyz, .extxyz",
        _first_line(r"\d{1,12}"),
        "xyz:read_xyz",
        _MANY,
        frames=True,
    ),
    Format(
        ".gen of DFTB+",
        ".gen",
        _first_line(r"\d{1,12}\s+[SFCH](?:\s*#.*)?"),
        "codes.dftb:read_gen",
    ),
    Format(
        "CIF, mmCIF and magnetic CIF",
        ".cif, .mcif, .mmcif",
        _lines(r"data_|_cell[_.]length_a|_atom_site[_.]"),
        "cif.read:read_cif",
        _MANY,
    ),
    Format(
        ".struct of WIEN2k",
        ".struct",
        _named(r"LATTICE,\s*NONEQUIV", 1),
        "codes.wien2k:read_struct",
    ),
    Format(
        "CSSR",
        ".cssr",
        _named(r"SPGR\s*=", 1),
        "codes.cssr:read_cssr",
    ),
    Format(
        ".res and .ins of SHELX and AIRSS",
        ".res, .ins",
        _both(_lines(rf"CELL\s+{_NUMBER}{_MORE}{_MORE}"), _lines(r"SFAC\s")),
        "codes.shelx:read_res",
    ),
    Format(
        "XSF and AXSF of XCrySDen",
        ".xsf, .axsf",
        _lines(r"(?:crystal|slab|polymer|molecule|primvec|animsteps\s+\d+)\s*$"),
        "codes.xsf:read_xsf",
        _STEPS,
        frames=True,
    ),
    Format(
        ".cell of CASTEP",
        ".cell",
        _lines(r"%block\s+(?:lattice|positions)_"),
        "codes.castep:read_cell",
    ),
    Format(
        "input of Quantum ESPRESSO",
        ".in, .pwi",
        _lines(r"&system|atomic_positions"),
        "codes.espresso:read_input",
    ),
    Format(
        "geometry.in of FHI-aims",
        "geometry.in",
        _lines(rf"lattice_vector\s|atom(?:_frac)?{_MORE}\s+[A-Z]"),
        "codes.aims:read_aims",
    ),
    Format(
        "data file of LAMMPS, with masses",
        ".data, .lmp",
        _both(_lines(r"\d+\s+atoms\b"), _lines(r"\S+\s+\S+\s+xlo\s+xhi")),
        "codes.lammps:read_data",
    ),
    Format(
        "YAML of phonopy",
        "phonopy.yaml, phonopy_disp.yaml",
        _lines(r"(?:unit_cell|primitive_cell|supercell|phonopy):\s*$"),
        "codes.phonopy:read_phonopy",
    ),
    Format(
        "PDB with CRYST1",
        ".pdb",
        _lines(rf"CRYST1{_ROW}|(?:ATOM  |HETATM)[ \d]{{5}} "),
        "codes.pdb:read_pdb",
    ),
)


def find_format(text: str) -> Format | None:
    """Return the format that a text is in, or None for no known format.

    Args:
        text: The whole content, its lines ended by line feeds alone.
    """
    beginning = text[:_BEGINNING]
    return next((each for each in TABLE if each.sign(beginning)), None)


def find_entries(text: str) -> tuple[Format, Sequence[Entry]]:
    """Return the format of a text and the crystals in it, to be read one by one.

    Args:
        text: The whole content, its lines ended by line feeds alone.

    Raises:
        StructureError: The format is unknown, known to hold no crystal, or broken.
    """
    found = find_format(text)
    if found is None:
        # A pasted text often starts with blank lines; a POSCAR may as well.
        text = text.strip()
        found = find_format(text)
    if found is None:
        refuse_other(text[:_BEGINNING])
        raise StructureError(
            f"is not in a format that can be read here; give one of these: {FORMATS}"
        )
    return found, found.entries(text)

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


# The first row whose sign is there counts: POSCAR comes before XYZ, because a POSCAR's
# free comment line may well be a single number.
TABLE: Sequence[Format] = (
    Format(
        "JSON and JSON lines",
        ".json, .jsonl",
        lambda text: text.lstrip()[:1] in ("{", "["),
        "documents.read:read_json",
        "one crystal or many",
    ),
    Format(
        "vasprun.xml of VASP",
        "vasprun.xml",
        _both(_lines(r"<"), lambda text: "<modeling" in text),
        "vasp:read_vasprun",
        "the steps of a calculation",
        frames=True,
    ),
    Format(
        "XDATCAR of VASP",
        "XDATCAR",
        _both(is_poscar, _lines(r"(?:direct|cartesian)\s+configuration\s*=")),
        "vasp:read_xdatcar",
        "the steps of a calculation",
        frames=True,
    ),
    Format(
        "POSCAR, CONTCAR and CHGCAR of VASP",
        "POSCAR, CONTCAR, CHGCAR, .vasp",
        is_poscar,
        "poscar:read_poscar",
    ),
    Format(
        "extended XYZ with a cell",
        ".xyz, .extxyz",
        _first_line(r"\d{1,12}"),
        "xyz:read_xyz",
        "one crystal or many",
        frames=True,
    ),
    Format(
        "CIF, mmCIF and magnetic CIF",
        ".cif, .mcif",
        _lines(r"data_|_cell[_.]length_a|_atom_site[_.]"),
        "cif.read:read_cif",
        "one crystal or many",
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
        raise StructureError(
            "is not in a format that can be read here; give a CIF, a POSCAR, an "
            "extended XYZ with a Lattice, or the JSON of pymatgen or ASE"
        )
    return found, found.entries(text)

"""Read data files of LAMMPS; elements are told by the masses."""

import re
from collections.abc import Mapping, Sequence

import gemmi
import numpy as np

from crysformer.errors import StructureError
from crysformer.structure.formats.lines import bounded_lines, numbers
from crysformer.structure.formats.raw import RawCrystal, Species, check_number_of_sites

_STYLES = {"atomic": 2, "charge": 3, "molecular": 3, "bond": 3, "angle": 3, "full": 4}
"""Columns before x, y and z."""
_TYPE = {"atomic": 1, "charge": 1, "molecular": 2, "bond": 2, "angle": 2, "full": 2}
"""The column of the type."""
_MASS_TOLERANCE = 0.3
_SECTION = re.compile(r"([A-Z][A-Za-z]+(?: [A-Z][a-z]+){0,3})\s*+(?:#\s*([\w/]+))?\s*+")


def read_data(text: str) -> RawCrystal:
    """Read the crystal of a data file.

    Raises:
        StructureError: A part is missing, or masses tell no elements.
    """
    header, sections = _parts(text)
    number = int(_header(header, r"(\d{1,12})[ \t]+atoms\b", 1, "the count of atoms")[0])
    check_number_of_sites(number)
    low, high = np.array(
        [
            _header(header, rf"(\S+)[ \t]+(\S+)[ \t]+{x}lo[ \t]+{x}hi", 2, f"{x}lo xhi")
            for x in "xyz"
        ]
    ).T
    tilts = re.search(
        r"^[ \t]*(\S+)[ \t]+(\S+)[ \t]+(\S+)[ \t]+xy[ \t]+xz[ \t]+yz", header, re.M
    )
    xy, xz, yz = numbers(tilts.groups(), 3, "xy xz yz") if tilts else (0.0, 0.0, 0.0)
    lx, ly, lz = high - low
    lattice = [[lx, 0, 0], [xy, ly, 0], [xz, yz, lz]]
    style, rows = _atoms(sections)
    if len(rows) < number:
        raise StructureError(
            f"says it has {number} atoms but lists {len(rows)}; give the whole file"
        )
    elements = _elements(sections.get("Masses", ("", []))[1])
    sites: list[Species] = []
    coords = []
    for words in rows[:number]:
        kind = words[_TYPE[style]]
        if kind not in elements:
            raise StructureError(
                f"has no mass for atom type {kind[:20]!r}, so no element; add a Masses "
                "section with one line for each type"
            )
        sites.append([(elements[kind], 1.0)])
        coords.append(numbers(words[_STYLES[style] :], 3, f"atom {words[0][:20]}"))
    return RawCrystal(lattice, sites, np.array(coords) - low, cartesian=True)


def _parts(text: str) -> tuple[str, Mapping[str, tuple[str, list[str]]]]:
    """Return the header, and for each section its remark and its lines."""
    header: list[str] = []
    sections: dict[str, tuple[str, list[str]]] = {}
    current = header
    for line in bounded_lines(text)[1:]:
        if match := _SECTION.fullmatch(line.strip()):
            current = []
            sections[match[1]] = (match[2] or "", current)
        elif line.strip():
            current.append(line)
    return "\n".join(header), sections


def _header(header: str, pattern: str, count: int, what: str) -> list[float]:
    match = re.search(rf"^[ \t]*{pattern}", header, re.M)
    if match is None:
        raise StructureError(f"has no line for {what}; give the whole file")
    return numbers(match.groups(), count, what)


def _atoms(
    sections: Mapping[str, tuple[str, list[str]]],
) -> tuple[str, list[list[str]]]:
    """Return the style of the atoms and their words; the style may have to be told."""
    style, lines = sections.get("Atoms", ("", []))
    rows = [line.partition("#")[0].split() for line in lines]
    if not rows:
        raise StructureError("has no Atoms section; give the whole file")
    if style not in _STYLES:
        style = _style_of(rows)
    if any(len(words) < _STYLES[style] + 3 for words in rows):
        raise StructureError(
            f"has lines of atoms that are too short for the style {style}; write the "
            "style behind 'Atoms #'"
        )
    return style, rows


def _style_of(rows: Sequence[list[str]]) -> str:
    """Tell the style by the number of columns, of which three may count images."""
    width = len(rows[0])
    if width in (5, 8):
        return "atomic"
    if width in (7, 10):
        return "full"
    if width not in (6, 9):
        raise StructureError(
            f"has {width} columns of atoms; write the style behind 'Atoms #'"
        )
    # A charge in the third column has a point, a type has none.
    return "charge" if any("." in words[2] for words in rows) else "molecular"


def _elements(lines: Sequence[str]) -> Mapping[str, str]:
    """Return the element of each type by its mass, or by the remark behind it."""
    found = {}
    for line in lines:
        words = line.partition("#")[0].split()
        kind, mass = words[0], numbers(words[1:], 1, "a mass")[0]
        remark = re.match(r"\s*([A-Z][a-z]?)\b", line.partition("#")[2])
        nearest = min(range(1, 104), key=lambda z: abs(gemmi.Element(z).weight - mass))
        if abs(gemmi.Element(nearest).weight - mass) <= _MASS_TOLERANCE:
            found[kind] = gemmi.Element(nearest).name
        elif remark:
            found[kind] = remark[1]
        else:
            raise StructureError(
                f"has an atom type of mass {mass:g}, which is that of no element; give "
                "masses in g/mol"
            )
    return found

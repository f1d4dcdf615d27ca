"""Read a POSCAR or CONTCAR.

Not with pymatgen, which makes up elements for a file without names and multiplies
Cartesian coordinates by a negative factor as it stands, though that is a volume.
"""

import re
from itertools import takewhile

import numpy as np
from numpy.typing import NDArray
from pymatgen.core import Element

from crysformer.errors import StructureError
from crysformer.structure.formats.lines import MAX_WIDTH
from crysformer.structure.formats.numbers import parse_number
from crysformer.structure.formats.raw import (
    MAX_SITES,
    RawCrystal,
    check_number_of_sites,
    not_an_element,
)

_MAX_HEADER = 60
"""Lines within which the counts of atoms have to come; long ones may be wrapped."""
_MAX_NAMES = 1000
_MAX_LINES = 5 + 2 * _MAX_HEADER + 2 + 2 * MAX_SITES
"""What lies behind, such as the density of a CHGCAR, is not looked at."""


def is_poscar(text: str) -> bool:
    """Tell a POSCAR by lines 2 to 5: scaling factors and three vectors.

    Args:
        text: The whole content.
    """
    lines = _lines("\n".join(text.split("\n", 5)[:5]))
    return (
        len(lines) == 5
        and len(_floats(lines[1])) in (1, 3)
        and all(len(_floats(line)) == 3 for line in lines[2:])
    )


def read_poscar(text: str) -> RawCrystal:
    """Read a POSCAR or CONTCAR; velocities and everything behind them are left aside.

    Args:
        text: The file, of VASP 5 or newer, or of VASP 4 if its comment line consists of
            one element symbol for each count or each coordinate line ends with a symbol.

    Raises:
        StructureError: Element names are missing, or the header contradicts itself.
    """
    lines = _lines(text)
    names, counts, rest = _header(lines)
    if rest and rest[0][:1] in ("S", "s"):  # selective dynamics
        rest = rest[1:]
    mode = rest[0][:1] if rest else ""
    if mode not in tuple("dDcCkK"):
        raise StructureError(
            "has no line 'Direct' or 'Cartesian' after the atom counts; add it"
        )
    rows = [line for line in rest[1 : 1 + sum(counts)] if line]
    if len(rows) < sum(counts):
        raise StructureError(
            f"says it has {sum(counts)} atoms but lists {len(rows)}; give the whole file"
        )
    if not is_poscar(text):  # A step of an XDATCAR may be broken where others are not.
        raise StructureError(
            "has cell vectors that are not three numbers each; correct them"
        )
    symbols = _symbols(lines[0], names, counts, rows)
    scale = _scale(lines)
    cartesian = mode not in ("d", "D")
    coords = np.array([_coordinates(row, atom) for atom, row in enumerate(rows, 1)])
    return RawCrystal(
        np.array([_floats(line) for line in lines[2:5]]) * scale,
        [[(symbol, 1.0)] for symbol in symbols],
        coords * scale if cartesian else coords,
        cartesian,
    )


def _header(lines: list[str]) -> tuple[list[str], list[int], list[str]]:
    """Return the element names, the numbers of atoms, and the lines behind those."""
    head = lines[:_MAX_HEADER]
    start = next((n for n in range(5, len(head)) if _integers(head[n])), len(head))
    numbers = list(takewhile(bool, map(_integers, lines[start : start + _MAX_HEADER])))
    counts = [count for line in numbers for count in line]
    if not counts:
        raise StructureError("has no line of atom counts after its cell vectors; add it")
    check_number_of_sites(sum(counts))
    words = " ".join(lines[5:start]).split(maxsplit=_MAX_NAMES)[:_MAX_NAMES]
    # Of Na_pv/6a2f546d or Na1.
    names = [re.split(r"[/_\d]", word, maxsplit=1)[0].capitalize() for word in words]
    for name in names:
        if not Element.is_valid_symbol(name):
            raise not_an_element(name)
    if names and len(names) != len(counts):
        raise StructureError(
            f"names {len(names)} elements ({' '.join(names)[:60]}) but gives "
            f"{len(counts)} atom counts; make the two lines match"
        )
    return names, counts, lines[start + len(numbers) :]


def _symbols(
    comment: str, names: list[str], counts: list[int], rows: list[str]
) -> list[str]:
    """Return the element of each atom, which VASP 4 files state in unofficial places."""
    if not names:
        words = comment.split()
        if len(words) == len(counts) and all(map(Element.is_valid_symbol, words)):
            names = words
    if names:
        return np.repeat(names, counts).tolist()
    ends = [row.split()[-1] for row in rows]
    # Fluorine or tritium on every line would be the flags that let atoms move.
    if not all(map(Element.is_valid_symbol, ends)) or {*ends} <= {"T", "F"}:
        raise StructureError(
            "has no element names (VASP 4 format); add a line with one symbol for each "
            f"of its {len(counts)} atom counts above the line of counts"
        )
    return ends


def _coordinates(row: str, atom: int) -> list[float]:
    words = row.split()[:3]
    if len(words) < 3:
        # Fortran leaves no space before a minus sign that fills its column.
        words = re.sub(r"(?<=[\d.])-", " -", row).split()
    if len(words) != 3:
        raise StructureError(
            f"has {row[:60]!r} for the coordinates of atom {atom}; give three numbers"
        )
    numbers = [parse_number(word) for word in words]
    if None in numbers:
        raise StructureError(
            f"has {row[:60]!r} for the coordinates of atom {atom}, and not all of these "
            "are numbers; correct them"
        )
    return [number.value for number in numbers if number]


def _scale(lines: list[str]) -> NDArray[np.float64]:
    """Return the factors of line 2 along x, y and z.

    A single negative number is the volume of the cell.
    """
    factors = np.array(_floats(lines[1]))
    if len(factors) == 3 or factors[0] >= 0:
        return factors
    volume = abs(np.linalg.det([_floats(line) for line in lines[2:5]]))
    return np.array([(-factors[0] / volume) ** (1 / 3)])


def _lines(text: str) -> list[str]:
    """Return stripped lines without the remarks behind ``!`` and ``#``."""
    lines = text.split("\n", _MAX_LINES)[:_MAX_LINES]
    return [re.split("[!#]", line[:MAX_WIDTH], maxsplit=1)[0].strip() for line in lines]


def _floats(line: str) -> list[float]:
    """Return the numbers at the start of a line; words may follow as a remark.

    A line of too many numbers is something else and has none.
    """
    found: list[float] = []
    for word in line.split(maxsplit=4)[:4]:
        number = parse_number(word)
        if number is None:
            break
        found.append(number.value)
    return found if len(found) < 4 else []


def _integers(line: str) -> list[int]:
    """Return the integers at the start of a line; words may follow as a remark."""
    words = list(takewhile(re.compile(r"\d{1,12}").fullmatch, line.split()))
    rest = line.split()[len(words) :]
    return [int(word) for word in words] if not any(map(parse_number, rest)) else []

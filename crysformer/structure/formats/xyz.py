"""Read extended XYZ files: frames of a cell, and of a table whose columns it names."""

import re
from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

import numpy as np

from crysformer.errors import StructureError
from crysformer.structure.formats.lines import bounded_lines
from crysformer.structure.formats.numbers import parse_number
from crysformer.structure.formats.raw import (
    Entry,
    RawCrystal,
    Species,
    check_number_of_entries,
    check_number_of_sites,
    check_periodic,
)

_MAX_COLUMNS = 100
_MAX_HEADER = 10_000
_MAX_LINES = 400_000
_PAIR = re.compile(
    r"""([A-Za-z_][\w:.-]{0,60})\s*=\s*("[^"]*"|'[^']*'|\{[^}]*\}|\[[^\]]*\]|[^\s"'{\[]\S*)"""
)
_SPECIES = ("species", "symbols", "symbol", "element", "elements")
_NUMBERS = ("z", "numbers", "atomic_numbers", "atomic_number")
_POSITIONS = ("pos", "positions", "position")
_TRUE = ("t", "true", "1", ".true.")


class _Columns(NamedTuple):
    """Where a row has what."""

    species: int
    positions: int
    width: int


def read_xyz(text: str) -> Sequence[Entry]:
    """Find the frames of an extended XYZ file.

    Args:
        text: The file.

    Raises:
        StructureError: The first frame is empty or cut off.
    """
    lines = bounded_lines(text, _MAX_LINES)
    frames: list[Entry] = []
    place = 0
    while place < len(lines):
        if not re.fullmatch(r"\s*\d{1,12}\s*", lines[place]):
            break
        number = int(lines[place])
        frame = slice(place, place + 2 + number)
        frames.append(
            Entry(
                "",
                partial(_read_frame, number, lines, frame),
                partial(_own_text, lines, frame),
            )
        )
        check_number_of_entries(len(frames))
        place += number + 2
        while place < len(lines) and not lines[place].strip():
            place += 1
    return frames


def _own_text(lines: Sequence[str], frame: slice) -> str:
    return "\n".join([*lines[frame], ""])


def _read_frame(number: int, all_lines: Sequence[str], frame: slice) -> RawCrystal:
    """Read one frame: its second line, and the rows behind it."""
    check_number_of_sites(number)
    lines = all_lines[frame][1:]
    rows = [line for line in lines[1:] if line.strip()]
    if len(rows) < number:
        raise StructureError(
            f"says it has {number} atoms but lists {len(rows)}; give the whole file"
        )
    header = {
        key.lower(): value.strip("\"'{}[]")
        for key, value in _PAIR.findall(lines[0][:_MAX_HEADER])
    }
    lattice = _lattice(header)
    periodic = [word.lower() in _TRUE for word in _words(header.get("pbc", "T T T"))]
    if len(periodic) not in (1, 3):
        raise StructureError(
            f"has pbc={header['pbc'][:20]!r}; give three of T and F, such as T T T"
        )
    check_periodic(lattice, np.array(periodic))
    columns = _columns(header.get("properties", ""))
    sites, coords = [], []
    for atom, row in enumerate(rows, start=1):
        words = row.split(maxsplit=_MAX_COLUMNS)
        if len(words) < columns.width:
            raise StructureError(
                f"has {row.strip()[:40]!r} for atom {atom}, where {columns.width} values "
                "are needed; complete the line"
            )
        sites.append(_species(words[columns.species]))
        coords.append(_numbers(words[columns.positions :][:3], f"atom {atom}"))
    return RawCrystal(lattice, sites, coords, cartesian=True)


def _words(text: str) -> list[str]:
    return text.replace(",", " ").replace("[", " ").replace("]", " ").split()


def _lattice(header: dict[str, str]) -> np.ndarray:
    if "lattice" not in header:
        raise StructureError(
            "has no cell, so it is a molecule and not a crystal; add "
            'Lattice="ax ay az bx by bz cx cy cz" (in Å) to its second line'
        )
    numbers = _numbers(_words(header["lattice"]), "Lattice")
    if len(numbers) != 9:
        raise StructureError(
            f"has a Lattice of {len(numbers)} numbers; give nine, three for each vector"
        )
    return np.array(numbers).reshape(3, 3)


def _columns(properties: str) -> _Columns:
    """Return where species and positions are by ``name:type:count:name:type:count``."""
    if not properties:
        return _Columns(0, 1, 4)
    words = properties.split(":")
    places: dict[str, int] = {}
    width = 0
    for name, count in zip(words[::3], words[2::3], strict=False):
        places.setdefault(name.lower(), width)
        width += int(count) if re.fullmatch(r"\d{1,12}", count) else 1
    if width > _MAX_COLUMNS:
        raise StructureError(
            f"declares {width} columns, more than {_MAX_COLUMNS}; "
            "keep the species and positions"
        )
    species = [places[name] for name in (*_SPECIES, *_NUMBERS) if name in places]
    positions = [places[name] for name in _POSITIONS if name in places]
    if not species or not positions:
        raise StructureError(
            f"declares the columns {properties[:60]!r}; species:S:1 and pos:R:3 have to "
            "be among them"
        )
    return _Columns(species[0], positions[0], max(species[0] + 1, positions[0] + 3))


def _species(word: str) -> Species:
    """Return what a word such as Na, NA or 11 says is on a site."""
    if re.fullmatch(r"\d{1,4}", word):
        return [(int(word), 1.0)]
    return [(word.capitalize() if word.isalpha() else word, 1.0)]


def _numbers(words: Sequence[str], where: str) -> list[float]:
    found = []
    for word in words:
        try:
            found.append(float(word))
        except ValueError:
            number = parse_number(word)
            if number is None:
                raise StructureError(
                    f"has {word[:20]!r} where a number of {where} should be; correct it"
                ) from None
            found.append(number.value)
    return found

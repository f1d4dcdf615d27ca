"""Read .cell files of CASTEP: the blocks of lattice and positions."""

import re
from collections.abc import Mapping, Sequence

import numpy as np
from pymatgen.core import Lattice

from crysformer.errors import StructureError
from crysformer.structure.formats.lines import BOHR, known_lines, numbers, species
from crysformer.structure.formats.raw import RawCrystal

_UNITS = {
    "ang": 1.0,
    "bohr": BOHR,
    "a0": BOHR,
    "nm": 10.0,
    "pm": 0.01,
    "cm": 1e8,
    "m": 1e10,
}


def read_cell(text: str) -> RawCrystal:
    """Read the crystal of a .cell file.

    Raises:
        StructureError: A block is missing or broken.
    """
    blocks = _blocks(text)
    if "lattice_cart" in blocks:
        rows, unit = _with_unit(blocks["lattice_cart"])
        lattice = unit * np.array(
            [numbers(words, 3, "LATTICE_CART") for words in rows[:3]]
        )
    elif "lattice_abc" in blocks:
        rows, unit = _with_unit(blocks["lattice_abc"])
        if len(rows) < 2:
            raise StructureError("has a LATTICE_ABC of one line; give lengths and angles")
        lengths, angles = [numbers(words, 3, "LATTICE_ABC") for words in rows[:2]]
        parameters = [*(unit * np.array(lengths)), *angles]
        lattice = np.array(Lattice.from_parameters(*parameters).matrix)
    else:
        raise StructureError(
            "has no %BLOCK LATTICE_CART or LATTICE_ABC, so no cell; add it"
        )
    for name in ("positions_frac", "positions_abs"):
        if name in blocks:
            rows, unit = _with_unit(blocks[name])
            break
    else:
        raise StructureError(
            "has no %BLOCK POSITIONS_FRAC or POSITIONS_ABS, so no atoms; add it"
        )
    cartesian = name == "positions_abs"
    coords = np.array([numbers(words[1:], 3, name.upper()) for words in rows])
    # A label such as Fe:up tells sites of one element apart.
    sites = [species(words[0].partition(":")[0]) for words in rows]
    return RawCrystal(lattice, sites, coords * unit if cartesian else coords, cartesian)


def _blocks(text: str) -> Mapping[str, Sequence[list[str]]]:
    """Return the lines of each %BLOCK by its name in lower case."""
    found: dict[str, list[list[str]]] = {}
    name = ""
    for words in known_lines(text, "#!;"):
        keyword = words[0].lower()
        if keyword == "%block" and len(words) > 1:
            name = words[1].lower()
            found[name] = []
        elif keyword == "%endblock":
            name = ""
        elif name:
            found[name].append(words)
    return found


def _with_unit(rows: Sequence[list[str]]) -> tuple[Sequence[list[str]], float]:
    """Part the unit on a block's first line from the rest; Å where there is none."""
    if rows and len(rows[0]) == 1 and re.fullmatch(r"[A-Za-z0-9]+", rows[0][0]):
        unit = _UNITS.get(rows[0][0].lower())
        if unit is None:
            raise StructureError(
                f"has the unknown unit {rows[0][0][:20]!r}; use ang or bohr"
            )
        return rows[1:], unit
    return rows, 1.0

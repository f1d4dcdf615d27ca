"""Read inputs of pw.x of Quantum ESPRESSO: any ibrav of its documentation (INPUT_PW)."""

import re
from collections.abc import Sequence

import gemmi
import numpy as np

from crysformer.arrays import FloatArray
from crysformer.errors import StructureError
from crysformer.structure.formats.codes.bravais import bravais_vectors
from crysformer.structure.formats.lines import BOHR, bounded_lines, known_lines, numbers
from crysformer.structure.formats.raw import (
    RawCrystal,
    Species,
    check_lattice,
    check_number_of_sites,
)

_SETTING = re.compile(
    r"\b(ibrav|nat|space_group|celldm\s*\(\s*[1-6]\s*\)|a|b|c|cosab|cosac|cosbc)\s*=\s*"
    r"([^\s,!]{1,40})",
    re.I,
)
_CARDS = frozenset(
    {"ATOMIC_SPECIES", "ATOMIC_POSITIONS", "CELL_PARAMETERS", "K_POINTS"}
) | {*("ATOMIC_FORCES", "ATOMIC_VELOCITIES", "CONSTRAINTS", "OCCUPATIONS", "HUBBARD")}


def read_input(text: str) -> RawCrystal:
    """Read the crystal of an input.

    Raises:
        StructureError: It lacks the cell or the atoms, or lists those of a space group.
    """
    text = "\n".join(bounded_lines(text))
    settings = _settings(text)
    if "space_group" in settings or "crystal_sg" in text.lower():
        raise StructureError(
            "lists the sites of a space group (crystal_sg), which is not read here; "
            "give a CIF, or all atoms with ATOMIC_POSITIONS crystal"
        )
    cell = _celldm(settings)
    ibrav = int(_value(settings, "ibrav", "0"))
    unit, rows = _card(text, "CELL_PARAMETERS")
    if ibrav:
        lattice = cell[0] * BOHR * bravais_vectors(ibrav, cell)
    elif rows:
        scale = _length(unit or ("alat" if cell[0] else "bohr"), cell[0])
        vectors = [numbers(words, 3, "CELL_PARAMETERS") for words in rows[:3]]
        lattice = scale * np.array(vectors)
    else:
        raise StructureError("has ibrav = 0 but no CELL_PARAMETERS; add the cell vectors")
    check_lattice(lattice)
    unit, rows = _card(text, "ATOMIC_POSITIONS")
    if not rows:
        raise StructureError("has no ATOMIC_POSITIONS; add the atoms")
    number = int(_value(settings, "nat", str(len(rows))))
    check_number_of_sites(number)
    if len(rows) < number:
        raise StructureError(
            f"says nat = {number} but lists {len(rows)} atoms; give the whole file"
        )
    coords = np.array(
        [
            numbers(words[1:], 3, f"atom {atom}")
            for atom, words in enumerate(rows[:number], start=1)
        ]
    )
    sites = [_species(words[0]) for words in rows[:number]]
    if unit == "crystal":
        return RawCrystal(lattice, sites, coords)
    return RawCrystal(lattice, sites, coords * _length(unit or "alat", cell[0]), True)


def _settings(text: str) -> dict[str, str]:
    """Return what the namelists set, by lower-case name without spaces."""
    head = re.split(
        r"^[ \t]*(?:ATOMIC_|CELL_P|K_POINTS)", text, maxsplit=1, flags=re.M | re.I
    )
    lines = [line.partition("!")[0] for line in head[0].split("\n")]
    found = _SETTING.findall("\n".join(lines))
    return {name.lower().replace(" ", ""): value.strip("'\"") for name, value in found}


def _value(settings: dict[str, str], name: str, default: str) -> float:
    return numbers([settings.get(name, default)], 1, name)[0]


def _celldm(settings: dict[str, str]) -> FloatArray:
    """Return celldm(1) in bohr to celldm(6), also from A, B, C and cosines."""
    cell = np.array([_value(settings, f"celldm({n})", "0") for n in range(1, 7)])
    a, b, c = (_value(settings, name, "0") for name in "abc")
    if a <= 0:
        return cell
    cosines = [_value(settings, name, "0") for name in ("cosbc", "cosac", "cosab")]
    ibrav = int(_value(settings, "ibrav", "0"))
    if ibrav not in (14, -12, -13):
        cosines = [cosines[2], 0.0, 0.0]
    return np.array([a / BOHR, b / a, c / a, *cosines])


def _card(text: str, name: str) -> tuple[str, list[list[str]]]:
    """Return the unit of a card in lower case, and the words of its lines."""
    unit, rows, inside = "", [], False
    for words in known_lines(text, "!#"):
        keyword = re.split(r"[({]", words[0], maxsplit=1)[0].upper()
        if keyword in _CARDS or words[0].startswith(("&", "/")):
            inside = keyword == name
            if inside:
                said = re.search(r"[a-z_]+", " ".join(words)[len(name) :].lower())
                unit = said[0] if said else ""
        elif inside:
            rows.append(words)
    return unit, rows


def _length(unit: str, alat: float) -> float:
    """Return a unit of length in Å.

    Args:
        unit: As the file names it.
        alat: Lattice parameter, in bohr.
    """
    if unit == "alat" and alat <= 0:
        raise StructureError("has lengths in alat but neither celldm(1) nor A; add it")
    units = {"alat": alat * BOHR, "bohr": BOHR, "angstrom": 1.0}
    if unit not in units:
        raise StructureError(
            f"has the unknown unit {unit[:20]!r}; use alat, bohr, angstrom or crystal"
        )
    return units[unit]


def _species(label: str) -> Species:
    """Return the element of a label such as Fe, Fe1, FE_up or C-h."""
    letters: Sequence[str] = re.findall(r"^[A-Za-z]{1,2}", label)
    for length in (2, 1):
        symbol = letters[0][:length].capitalize() if letters else ""
        if symbol and gemmi.Element(symbol).atomic_number:
            return [(symbol, 1.0)]
    return [(label, 1.0)]

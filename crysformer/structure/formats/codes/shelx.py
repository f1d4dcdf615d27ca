"""Read .res and .ins files of SHELX: cell, symmetry and sites."""

import re
from collections.abc import Iterator, Sequence
from itertools import islice

import numpy as np
from pymatgen.core import Lattice

from crysformer.arrays import FloatArray
from crysformer.errors import StructureError
from crysformer.structure.formats.lines import bounded_lines, numbers
from crysformer.structure.formats.numbers import parse_number
from crysformer.structure.formats.raw import (
    MAX_SITES,
    RawCrystal,
    check_lattice,
    check_number_of_sites,
)
from crysformer.structure.formats.symmetry.choose import metric_fault
from crysformer.structure.formats.symmetry.expand import Expanded, Sites, expand
from crysformer.structure.formats.symmetry.operations import (
    Operations,
    closure,
    keeps_metric,
)
from crysformer.structure.formats.symmetry.triplets import parse_operations
from crysformer.structure.stated import Stated

_CENTRINGS = {
    1: [],
    2: ["x+1/2,y+1/2,z+1/2"],
    3: ["x+2/3,y+1/3,z+1/3"],
    4: ["x,y+1/2,z+1/2", "x+1/2,y,z+1/2"],
    5: ["x,y+1/2,z+1/2"],
    6: ["x+1/2,y,z+1/2"],
    7: ["x+1/2,y+1/2,z"],
}
"""Of LATT, the SHELX manual's numbers."""
_FULL = 0.02
_LAST = ("HKLF", "END")
_INSTRUCTIONS = """
ABIN ACTA AFIX ANIS ANSC ANSR BASF BIND BLOC BOND BUMP CELL CGLS CHIV CONF CONN DAMP
DEFS DELU DFIX DISP EADP END EQIV EXTI EXYZ FEND FLAT FMAP FRAG FREE FVAR GRID HFIX
HKLF HTAB ISOR LATT LAUE LIST L.S. MERG MORE MOVE MPLA NCSY NEUT OMIT PART PLAN PRIG
REM RESI RIGU RTAB SADI SAME SFAC SHEL SIMU SIZE SPEC STIR SUMP SWAT SYMM TEMP TITL
TWIN TWST UNIT WGHT WIGL WPDB XNPD ZERR HOPE MOLE
"""
_WORDS = frozenset(_INSTRUCTIONS.split())
"""Of the SHELX manual; any other word begins the line of an atom."""


def read_res(text: str) -> RawCrystal:
    """Read the crystal of a .res or .ins file, expanded by LATT and SYMM.

    Raises:
        StructureError: The cell or the elements are missing, or symmetry does not fit.
    """
    lines = list(_instructions(text))
    cell = numbers(_first(lines, "CELL")[2:], 6, "CELL")
    lattice = np.array(Lattice.from_parameters(*cell).matrix)
    check_lattice(lattice)
    elements = _elements(lines)
    variables = [
        value
        for words in lines
        if words[0].upper() == "FVAR"
        for value in numbers(words[1:], len(words) - 1, "FVAR")
    ]
    operations = _operations(lines)
    if not keeps_metric(operations, lattice).all():
        raise metric_fault("that of LATT and SYMM", lattice)
    found_atoms = (words for words in lines if _is_atom(words, len(elements)))
    atoms = list(islice(found_atoms, MAX_SITES + 1))
    check_number_of_sites(len(atoms))
    labels = [words[0] for words in atoms]
    symbols = [elements[int(words[1]) - 1] for words in atoms]
    coords, factors = _values(atoms, variables)
    units = np.full_like(coords, 1e-5)
    whole = Sites(labels, [[(symbol, 0.0)] for symbol in symbols], coords, units)
    found = expand(whole, operations, lattice)
    # Site occupation factors are divided by the order of the site's symmetry.
    shares = factors * len(operations) / np.array(found.multiplicities)
    shares[np.abs(shares - 1) < _FULL] = 1.0
    species = [[pair] for pair in zip(symbols, shares.tolist(), strict=True)]
    expanded: Expanded = expand(
        Sites(labels, species, coords, units), operations, lattice
    )
    return RawCrystal(
        lattice, expanded.species, expanded.coords, stated=_stated(lines, elements)
    )


def _instructions(text: str) -> Iterator[list[str]]:
    """Yield the words of each instruction, those on continued lines included."""
    words: list[str] = []
    for line in _until_the_end(text):
        if line.upper().startswith(("REM", "TITL")) and not words:
            continue
        more = line.partition("!")[0].split()
        continued = more[-1:] == ["="]
        words += more[:-1] if continued else more
        if continued:
            continue
        if words:
            if words[0].upper() in _LAST:
                return
            yield words
        words = []


def _until_the_end(text: str) -> list[str]:
    """Return the lines up to those that end the instructions: reflections may follow."""
    end = re.search(r"^(?:HKLF|END)\b", text, re.M | re.I)
    return bounded_lines(text[: end.end()] if end else text)


def _first(lines: Sequence[list[str]], name: str) -> list[str]:
    for words in lines:
        if words[0].upper() == name:
            return words
    raise StructureError(f"has no {name}; give the whole file")


def _elements(lines: Sequence[list[str]]) -> list[str]:
    """Return the elements of SFAC, in its short form or with scattering factors."""
    found: list[str] = []
    for words in lines:
        if words[0].upper() == "SFAC":
            numeric = len(words) > 2 and parse_number(words[2]) is not None
            found += words[1:2] if numeric else words[1:]
    if not found:
        raise StructureError("has no SFAC, so no elements; add it")
    return [word.lstrip("$").capitalize() for word in found]


def _operations(lines: Sequence[list[str]]) -> Operations:
    latt = [words for words in lines if words[0].upper() == "LATT"]
    kind = int(numbers(latt[0][1:], 1, "LATT")[0]) if latt else 1
    if abs(kind) not in _CENTRINGS:
        raise StructureError(
            f"has LATT {kind}; give a number from 1 to 7, or its negative"
        )
    triplets = ["x,y,z", *_CENTRINGS[abs(kind)]]
    triplets += ["-x,-y,-z"] if kind > 0 else []
    triplets += ["".join(words[1:]) for words in lines if words[0].upper() == "SYMM"]
    group = closure(parse_operations(tuple(triplets)))
    if group is None:
        raise StructureError("has SYMM operations that are no group; correct them")
    return group


def _is_atom(words: Sequence[str], elements: int) -> bool:
    """Tell the line of an atom: a name, the number of an element, and coordinates."""
    if words[0][:4].upper() in _WORDS or len(words) < 5:
        return False
    if not words[1].isdecimal() or not words[1].isascii():
        return False
    return (
        words[0][0].isalpha()
        and 1 <= int(words[1][:4]) <= elements
        and all(parse_number(word) is not None for word in words[2:5])
    )


def _values(
    atoms: Sequence[list[str]], variables: Sequence[float]
) -> tuple[FloatArray, FloatArray]:
    """Return coordinates and site occupation factors, codes of SHELX resolved."""
    rows = []
    for words in atoms:
        given = numbers(words[2:], min(4, len(words) - 2), f"the atom {words[0][:20]}")
        given += [11.0] * (4 - len(given))
        rows.append([_value(code, variables, words[0]) for code in given])
    table = np.array(rows)
    return table[:, :3], table[:, 3]


def _value(code: float, variables: Sequence[float], label: str) -> float:
    """Resolve 10 + p, which is fixed at p, and 10 m + p, which is p times a variable."""
    number = round(code / 10)
    rest = code - 10 * number
    if number == 0:
        return code
    if number == 1:
        return rest
    if abs(number) > len(variables) or number == -1:
        raise StructureError(
            f"refers to the free variable {abs(number)} at atom {label[:20]!r} but has "
            f"{len(variables)}; add it to FVAR"
        )
    variable = variables[abs(number) - 1]
    return rest * variable if number > 0 else rest * (variable - 1)


def _stated(lines: Sequence[list[str]], elements: Sequence[str]) -> Stated:
    """Return what UNIT says that the cell holds."""
    unit = [words for words in lines if words[0].upper() == "UNIT"]
    amounts = [parse_number(word) for word in unit[0][1:]] if unit else []
    if len(amounts) != len(elements) or not all(amounts):
        return Stated()
    parts = [
        f"{symbol}{amount.value:g}"
        for symbol, amount in zip(elements, amounts, strict=True)
        if amount and amount.value > 0
    ]
    return Stated(formula=" ".join(parts))

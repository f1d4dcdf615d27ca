"""What a file says of its crystal beside the atoms, and where the atoms differ from it.

Formula, number of formula units Z, volume, density and space group are written by the
people who measured the crystal; a reader that misplaced an atom contradicts them.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import gcd

import spglib
from pymatgen.core import Composition, Structure

from crysformer.structure.symmetry import SYMPREC

# Of the whole formula: they are rounded, as those of solid solutions must be.
_FORMULA_TOLERANCE = 0.01
_VOLUME_TOLERANCE = 0.01
_DENSITY_TOLERANCE = 0.05
_LOOSE_SYMPREC = 0.1  # Å, as the Materials Project finds its space groups.
_MAX_FORMULA = 200
_PART = re.compile(r"([A-Z][a-z]?)(\d{0,6}(?:\.\d{0,6})?)[\s,]*")


@dataclass(frozen=True)
class Stated:
    """What a file says of its crystal; zero or empty where it says nothing.

    Attributes:
        formula: As it stands in the file.
        formula_units: Number Z of formula units in the cell.
        volume: Of the cell, in Å³.
        density: In g/cm³.
        group_number: International number of the space group.
        group_name: Its name in the file.
    """

    formula: str = ""
    formula_units: float = 0.0
    volume: float = 0.0
    density: float = 0.0
    group_number: int = 0
    group_name: str = ""

    @property
    def composition(self) -> Mapping[str, float]:
        """Amount of each element in the formula; empty if it cannot be read."""
        return _amounts(self.formula)

    @property
    def atoms(self) -> float:
        """Atoms in the cell by formula and Z at least, 0 if either is unknown.

        Some programs write the formula of the whole cell beside Z: the smallest formula
        with the same proportions counts then.
        """
        amounts = list(self.composition.values())
        total = sum(amounts) * self.formula_units
        whole = [int(amount) for amount in amounts]
        divisor = gcd(*whole) if whole == amounts else 1
        return total / max(divisor, 1)

    def agrees_with(self, found: Mapping[str, float]) -> bool:
        """Tell whether formula and Z allow a cell's amounts of elements."""
        if not self.formula_agrees(found):
            return False
        total = sum(found.values())
        possible = (self.atoms, sum(self.composition.values()) * self.formula_units)
        return not self.atoms or any(
            abs(total - atoms) <= _FORMULA_TOLERANCE * total for atoms in possible
        )

    def formula_agrees(self, found: Mapping[str, float]) -> bool:
        """Tell whether a cell's amounts of elements are in the formula's proportions."""
        stated = _fractions(self.composition)
        if not stated:
            return True
        shares = _fractions(found)
        return stated.keys() == shares.keys() and all(
            abs(stated[key] - shares[key]) <= _FORMULA_TOLERANCE for key in stated
        )


@lru_cache(maxsize=64)
def _amounts(formula: str) -> Mapping[str, float]:
    """Read a formula such as ``Mg1 Al2 O4``; isotopes of hydrogen are hydrogen."""
    formula = formula.strip()
    amounts: dict[str, float] = {}
    place = 0
    while place < len(formula) <= _MAX_FORMULA:
        match = _PART.match(formula, place)
        if match is None or not _is_number(match[2]):
            return _nested(formula)
        symbol = "H" if match[1] in ("D", "T") else match[1]
        amounts[symbol] = amounts.get(symbol, 0.0) + float(match[2] or 1)
        place = match.end()
    return {key: amount for key, amount in amounts.items() if amount > 0}


def _is_number(text: str) -> bool:
    return text != "."


def _nested(formula: str) -> Mapping[str, float]:
    """Read a formula with brackets, or nothing if it is none."""
    if not re.fullmatch(r"[\w\s.()\[\]]+", formula):
        return {}
    try:
        return Composition(formula).get_el_amt_dict()
    except (ValueError, KeyError, TypeError):
        return {}


def _fractions(amounts: Mapping[str, float]) -> dict[str, float]:
    total = sum(amounts.values())
    return {key: amount / total for key, amount in amounts.items()} if total else {}


def differences(stated: Stated, structure: Structure) -> list[str]:
    """Compare a crystal with what its file says of it.

    Args:
        stated: What the file says.
        structure: The crystal read.

    Returns:
        One sentence for each difference.
    """
    found = [_formula_sentence(stated, structure)]
    if stated.volume:
        volume = structure.volume
        if abs(volume - stated.volume) > _VOLUME_TOLERANCE * volume:
            found.append(
                f"The file says that the cell has {stated.volume:.5g} Å³; its vectors "
                f"span {volume:.5g} Å³."
            )
    if stated.density:
        density = float(structure.density)
        if abs(density - stated.density) > _DENSITY_TOLERANCE * density:
            found.append(
                f"The file says that the density is {stated.density:.4g} g/cm³; the "
                f"atoms read give {density:.4g} g/cm³."
            )
    if stated.group_number:
        found.append(_group_sentence(stated, structure))
    return [sentence for sentence in found if sentence]


def _formula_sentence(stated: Stated, structure: Structure) -> str:
    amounts = structure.composition.get_el_amt_dict()
    if not stated.formula_agrees(amounts):
        return (
            f"The file says that the formula is {stated.formula[:60]}; the atoms read "
            f"make {structure.composition.reduced_formula}."
        )
    if not stated.agrees_with(amounts):
        return (
            f"The file says Z = {stated.formula_units:g}, which is {stated.atoms:g} "
            f"atoms in the cell; {len(structure)} were read."
        )
    return ""


def _group_sentence(stated: Stated, structure: Structure) -> str:
    found = [found_group(structure, symprec) for symprec in (SYMPREC, _LOOSE_SYMPREC)]
    if any(number in (0, stated.group_number) for _, number in found):
        return ""
    said = stated.group_name[:30] or "number"
    return (
        f"The file says that the space group is {said} ({stated.group_number}); the "
        f"atoms read have {found[0][0]} ({found[0][1]})."
    )


def found_group(structure: Structure, symprec: float) -> tuple[str, int]:
    """Return name and number of a crystal's space group, 0 if spglib finds none."""
    cell = (structure.lattice.matrix, structure.frac_coords, structure.atomic_numbers)
    try:
        dataset = spglib.get_symmetry_dataset(cell, symprec)
    except spglib.SpglibError:
        dataset = None
    return (dataset.international, dataset.number) if dataset else ("", 0)


def amounts_of(sites: Sequence[Sequence[tuple[str | int, float]]]) -> dict[str, float]:
    """Add up how much of each element is on some sites."""
    amounts: dict[str, float] = {}
    for species in sites:
        for symbol, share in species:
            symbol = "H" if symbol in ("D", "T") else str(symbol)
            amounts[symbol] = amounts.get(symbol, 0.0) + share
    return amounts

"""What else people call a compound: common names, systematic names, other spellings.

Names that the library's own entries bear are found by ``search`` without this module.
"""

import re
from collections.abc import Mapping
from functools import cache

COMMON = {
    "salt": "NaCl",
    "table salt": "NaCl",
    "rock salt": "NaCl",
    "common salt": "NaCl",
    "titania": "TiO2",
    "silica": "SiO2",
    "alumina": "Al2O3",
    "magnesia": "MgO",
    "quicklime": "CaO",
    "zirconia": "ZrO2",
    "urania": "UO2",
    "rust": "Fe2O3",
    "haematite": "Fe2O3",
    "ruby": "Al2O3",
    "sapphire": "Al2O3",
    "emery": "Al2O3",
    "fool's gold": "FeS2",
    "fluorspar": "CaF2",
    "blende": "ZnS",
    "zinc white": "ZnO",
    "titanium white": "TiO2",
    "vermilion": "HgS",
    "black lead": "C",
    "carborundum": "SiC",
    "limestone": "CaCO3",
    "chalk": "CaCO3",
    "marble": "CaCO3",
    "brimstone": "S",
    "yag": "Y3Al5O12",
    "yig": "Y3Fe5O12",
    "ybco": "YBa2Cu3O7",
    "steel": "Fe",
}
"""Common names and the formulas they stand for."""

_SPELLINGS = {
    "aluminum": "aluminium",
    "cesium": "caesium",
    "gray": "grey",
    "sulphide": "sulfide",
    "sulphur": "sulfur",
    "wolfram": "tungsten",
}
_IDES = {
    "antimonide": "Sb",
    "arsenide": "As",
    "bismuthide": "Bi",
    "boride": "B",
    "bromide": "Br",
    "carbide": "C",
    "chloride": "Cl",
    "fluoride": "F",
    "hydride": "H",
    "iodide": "I",
    "nitride": "N",
    "oxide": "O",
    "phosphide": "P",
    "selenide": "Se",
    "silicide": "Si",
    "sulfide": "S",
    "telluride": "Te",
}
_PREFIXES = ("", "mono", "di", "tri", "tetra", "penta", "hexa")
_NAME = re.compile(
    rf"(?P<many>{'|'.join(_PREFIXES[1:])})?(?P<first>[a-z]+) (?P<anions>"
    rf"{'|'.join(_PREFIXES[1:])}|mon|tetr|pent|hex)?(?P<last>{'|'.join(_IDES)})"
)


def usual_spelling(text: str) -> str:
    """Write a name in lower case and as the library spells it."""
    return " ".join(_SPELLINGS.get(word, word) for word in text.lower().split())


def formula_of(text: str) -> str:
    """Return the formula that a common name stands for, or nothing."""
    return COMMON.get(usual_spelling(text), "")


def is_called(text: str, composition: Mapping[str, int]) -> bool:
    """Say whether a systematic name of two elements names a compound.

    Numbers are held against the formula where the name has them: silicon dioxide is SiO2
    alone, iron sulfide any compound of both.

    Args:
        text: Such as ``silicon dioxide``.
        composition: Atoms of each element in the reduced formula.
    """
    found = _NAME.fullmatch(usual_spelling(text))
    if found is None:
        return False
    first, last = _symbols().get(found["first"]), _IDES[found["last"]]
    if first is None or set(composition) != {first, last}:
        return False
    if not (found["many"] or found["anions"]):
        return True
    anions, cations = _number(found["anions"]), _number(found["many"])
    return composition[last] * cations == composition[first] * anions


def _number(prefix: str | None) -> int:
    if not prefix:
        return 1
    return next(
        k for k, name in enumerate(_PREFIXES) if name and name.startswith(prefix[:3])
    )


@cache
def _symbols() -> dict[str, str]:
    """Symbols of the elements by their names."""
    # A search of the library needs no pymatgen unless it is for such a name.
    from pymatgen.core import Element

    names = {usual_spelling(each.long_name): each.symbol for each in Element}
    return {name: symbol for name, symbol in names.items() if symbol not in ("D", "T")}

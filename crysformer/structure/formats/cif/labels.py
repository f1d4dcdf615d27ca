"""Which element a site of a CIF holds: from its type symbol, else from its label.

Labels are free text, so that T1 is a tetrahedral site of a zeolite and Wat1 a water
molecule. What is not plainly an element is refused.
"""

import re
from collections.abc import Collection

import gemmi

from crysformer.errors import StructureError

UNKNOWN = ("", "?", ".")
"""Values that stand for none."""

_LETTERS = re.compile(r"[A-Za-z]{1,12}")
_WATER = re.compile(r"(?:wat|hoh)(?![a-z]{3})", re.I)
_GROUP = re.compile(
    r"(?:OH|NH[2-4]|NO[23]|CO[23]|SO[34]|PO4|ClO4|BH4|NCS|SCN|CN)(?![a-z])"
)
_PLACE = re.compile(r"(?:tet|oct|vac|dum|met|cat|ani|cg)(?![a-z])", re.I)
_MAX_ATOMIC_NUMBER = 103


def element_of(kind: str, label: str, formula: Collection[str]) -> str:
    """Return the element symbol of a site.

    Args:
        kind: Its ``_atom_site_type_symbol``: Na, NA, Na1+, Cval; may be unknown.
        label: Its ``_atom_site_label``; may be unknown.
        formula: Elements of the stated formula; empty if there is none.

    Raises:
        StructureError: Neither names an element, or it names several atoms.
    """
    text = label if kind in UNKNOWN else kind
    name = text if label in UNKNOWN else label
    if text in UNKNOWN:
        raise StructureError(
            "has a site with neither a type symbol nor a label; name its element"
        )
    _refuse_molecule(text, name)
    match = _LETTERS.match(text)
    letters = match[0] if match and not _PLACE.match(text) else ""
    candidates = [letters[:2].capitalize(), letters[:1].upper()]
    if text is kind and len(letters) <= 2:
        candidates = candidates[
            :1
        ]  # A type symbol is a symbol, and not the start of one.
    elif _number(candidates[0]) > _MAX_ATOMIC_NUMBER and candidates[1] not in formula:
        candidates = []  # Nh is meant for NH3 or N, but which?
    known = [each for each in candidates if _is_element(each, formula)]
    if letters[1:2].isupper():
        # CA may be calcium, or the first carbon.
        known.sort(key=lambda symbol: symbol not in formula)
    if known:
        return known[0]
    raise StructureError(
        f"has a site {name[:20]!r} whose {text[:20]!r} names no element up to Lr "
        f"(Z = {_MAX_ATOMIC_NUMBER}); write its element in _atom_site_type_symbol, or "
        "take the site out"
    )


def _number(symbol: str) -> int:
    return gemmi.Element(symbol).atomic_number if symbol else 0


def _is_element(symbol: str, formula: Collection[str]) -> bool:
    """Tell an element; T is tritium only where the formula has it too."""
    if symbol == "T":
        return symbol in formula
    return 0 < _number(symbol) <= _MAX_ATOMIC_NUMBER


def _refuse_molecule(text: str, name: str) -> None:
    """Refuse what stands for several atoms, such as Wat1, OH1 or NH3."""
    if _WATER.match(text):
        raise StructureError(
            f"has hydrogen atoms without coordinates (the site {name[:20]!r} is a whole "
            "water molecule); add a site for each of them"
        )
    if _GROUP.match(text):
        raise StructureError(
            f"has a site {name[:20]!r} that stands for several atoms; "
            "add a site for each of them"
        )

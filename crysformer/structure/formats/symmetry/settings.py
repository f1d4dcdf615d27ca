"""Names, numbers and Hall symbols of space groups, and the operations they stand for.

The tables are gemmi's: all 530 settings of the International Tables and those of other
programs. A name that fits several settings gives all of them; the cell and the atoms
tell which is meant (``choose``).
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

import gemmi
import spglib

from crysformer.structure.formats.symmetry.operations import (
    Operations,
    from_gemmi,
    unpacked,
)

_ORIGINS = {"S": "1", "Z": "2", "1": "1", "2": "2"}
_MAX_NAME = 60


class Setting(NamedTuple):
    """One description of a space group.

    Attributes:
        name: Extended Hermann-Mauguin symbol, or the Hall symbol where none is known.
        number: International number, 0 where it is unknown.
        operations: All of them, centring included.
        standard: Whether it is the reference setting of the International Tables.
    """

    name: str
    number: int
    operations: Operations
    standard: bool = False


@lru_cache(maxsize=256)
def _operations(hall: str) -> Operations:
    return from_gemmi(list(gemmi.symops_from_hall(hall)))


def _setting(group: gemmi.SpaceGroup) -> Setting:
    return Setting(
        group.xhm(), group.number, _operations(group.hall), group.is_reference_setting()
    )


def by_hall(symbol: str) -> list[Setting]:
    """Return the setting of a Hall symbol, or nothing if it is not understood."""
    symbol = " ".join(symbol.replace("_", " ").split())
    if not symbol or len(symbol) > _MAX_NAME:
        return []
    try:
        operations = from_gemmi(list(gemmi.symops_from_hall(symbol)))
    except (RuntimeError, ValueError):
        return []
    group = gemmi.find_spacegroup_by_ops(gemmi.symops_from_hall(symbol))
    if group is None:
        return [Setting(symbol, 0, operations)]
    return [Setting(group.xhm(), group.number, operations, group.is_reference_setting())]


def by_number(number: int, code: str = "") -> list[Setting]:
    """Return the usual settings of a number, the standard one first.

    Args:
        number: International number.
        code: Coordinate-system code such as 1, 2, h, r or b1; empty if there is none.

    Returns:
        Both origins, both kinds of axes, all unique axes; other settings need a name.
    """
    groups = [group for group in gemmi.spacegroup_table_itb() if group.number == number]
    coded = [group for group in groups if code and _has_code(group, code)]
    if coded:
        # A bare 1 or 2 means the standard axes.
        coded.sort(key=lambda group: group.qualifier not in ("", code.strip().lower()))
        return [_setting(group) for group in coded[:1]]
    if any(map(_extension, groups)):
        hm = next(group.hm for group in groups if group.is_reference_setting())
        groups = [group for group in groups if group.hm == hm]
    elif not 3 <= number <= 15:
        groups = [group for group in groups if group.is_reference_setting()]
    else:
        groups = [
            group
            for group in groups
            if group.is_reference_setting() or group.qualifier[:1] in ("a", "c")
        ]
    groups.sort(key=lambda group: not group.is_reference_setting())
    return [_setting(group) for group in groups]


def _has_code(group: gemmi.SpaceGroup, code: str) -> bool:
    code = code.strip().lower()
    origin, axes = _extension(group).lower(), group.qualifier.lower()
    return code in (origin, axes, origin + axes)


def _extension(group: gemmi.SpaceGroup) -> str:
    """Return 1 or 2 for the origin, H or R for the axes, or nothing."""
    return group.ext.strip("\0 ")


@lru_cache(maxsize=256)
def by_name(name: str) -> list[Setting]:
    """Return the settings that a Hermann-Mauguin symbol may stand for.

    Args:
        name: In any usual spelling: short or full, with or without spaces, subscripts
            as _1 or (1), with the origin or axes behind a colon, as S, Z, H or R or in
            words.

    Returns:
        The preferred one first; nothing if the name is not understood.
    """
    if len(name) > _MAX_NAME:
        return []
    symbol, code = _split(name)
    group = next(
        filter(None, map(gemmi.find_spacegroup_by_name, _spellings(symbol))), None
    )
    if group is None and symbol[-1:] in ("S", "Z", "H", "R") and len(symbol) > 2:
        code = code or _ORIGINS.get(symbol[-1], symbol[-1])
        spellings = _spellings(symbol[:-1].strip())
        group = next(filter(None, map(gemmi.find_spacegroup_by_name, spellings)), None)
    if group is None:
        group = _full_names().get(_squeezed(symbol))
    if group is None:
        return []
    if not code and _extension(group) in ("H", "R") and symbol[-1:] in ("H", "R"):
        code = symbol[-1]
    groups = list(_alternatives(group, symbol))
    coded = [each for each in groups if code and _has_code(each, code)]
    if _extension(group) in ("H", "R"):  # The cell tells, whatever the name says.
        coded += [each for each in groups if each not in coded]
    if code and not coded:
        table = gemmi.spacegroup_table_itb()
        same = [each for each in table if each.number == group.number]
        coded = [each for each in same if _has_code(each, code)]
    return [_setting(each) for each in coded or groups]


def _split(name: str) -> tuple[str, str]:
    """Part a name into its symbol and the code of its origin or axes."""
    text = re.sub(r"(\d)_(\d)", r"\1\2", name)  # P2_1/c
    text = re.sub(r"(\d)\((\d)\)", r"\1\2", text)  # P2(1)/c
    text = text.replace("_", " ")
    text, _, words = re.sub(r"[{(\[]", "\0", text, count=1).partition("\0")
    text, _, code = text.partition(":")
    words = words.lower()
    if match := re.search(r"(?:choice|origin)\D{0,10}([12])", words):
        code = code or match[1]
    elif "hex" in words or "rhomb" in words:
        code = code or ("H" if "hex" in words else "R")
    code = code.strip()
    return " ".join(text.split()), _ORIGINS.get(code.upper(), code)


def _spellings(symbol: str) -> Iterator[str]:
    """Yield a symbol as it stands, and as a few programs mean it."""
    yield symbol
    squeezed = symbol.replace(" ", "")
    yield squeezed[:1].upper() + squeezed[1:].lower()
    words = symbol.split()
    if len(words) == 3 and words[1] == "1":
        yield f"{symbol} 1"  # P 1 21/c
    # A bar over a digit that was written behind it, or not at all.
    yield re.sub(r"(\d)\s*-(?=\s*\d|$)", r"-\1", symbol)


def _squeezed(symbol: str) -> str:
    return symbol.replace(" ", "").replace("_", "").lower()


@lru_cache(maxsize=1)
def _full_names() -> dict[str, gemmi.SpaceGroup]:
    """Full symbols, such as P 21/m 21/m 2/n, which gemmi leaves out; 25 ms to make."""
    by_hall_symbol = {group.hall: group for group in gemmi.spacegroup_table_itb()}
    found: dict[str, gemmi.SpaceGroup] = {}
    for number in range(1, 531):
        kind = spglib.get_spacegroup_type(number)
        group = kind and by_hall_symbol.get(kind.hall_symbol)
        if group:
            found.setdefault(_squeezed(kind.international_full), group)
    return found


def _alternatives(group: gemmi.SpaceGroup, symbol: str) -> Iterator[gemmi.SpaceGroup]:
    """Yield a group, and those that the same symbol may mean as well."""
    yield group
    words = [word for word in group.hm.split() if word != "1"]
    # A short monoclinic symbol does not say which axis is the unique one.
    short = 3 <= group.number <= 15 and len(symbol.replace(" ", "")) == len(
        "".join(words)
    )
    for other in gemmi.spacegroup_table():
        if other.number != group.number or other.xhm() == group.xhm():
            continue
        same = [word for word in other.hm.split() if word != "1"] == words
        if other.hm == group.hm or (short and same):
            yield other


def number_of(operations: Operations) -> int:
    """Return the international number of a group, 0 if spglib does not recognise it."""
    return _number_of(*operations.packed())


@lru_cache(maxsize=128)
def _number_of(rotations: bytes, translations: bytes, denominator: int) -> int:
    operations = unpacked(rotations, translations, denominator)
    try:
        kind = spglib.get_spacegroup_type_from_symmetry(
            operations.rotations.astype("int32"), operations.shifts
        )
    except spglib.SpglibError:
        return 0
    return kind.number if kind else 0


def first_names(settings: Sequence[Setting]) -> str:
    """Name some settings in a sentence."""
    return " or ".join(setting.name for setting in settings[:3])

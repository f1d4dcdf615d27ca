"""Symmetry operations as files write them: ``-x, y+1/2, 1/2-z``."""

import re
from fractions import Fraction
from functools import lru_cache
from math import lcm

import numpy as np

from crysformer.arrays import FloatArray, IntArray
from crysformer.errors import StructureError
from crysformer.structure.formats.numbers import plain_minus
from crysformer.structure.formats.symmetry.operations import (
    MAX_DENOMINATOR,
    MAX_ENTRY,
    Operations,
)

_MAX_COMMON_DENOMINATOR = 4000
_MAX_LENGTH = 200
_TERM = re.compile(
    r"([+-]?)(?:(\d{1,9})/(\d{1,9})|(\d{1,9}(?:\.\d{0,12})?|\.\d{1,12}))?\*?([xyzabcuvw])?",
    re.I,
)


@lru_cache(maxsize=64)
def parse_operations(triplets: tuple[str, ...]) -> Operations:
    """Read operations such as ``-x, y+1/2, 1/2-z``; the order of terms does not matter.

    Args:
        triplets: As listed; letters of either case, translations as fractions or
            decimals, several of them added.

    Raises:
        StructureError: One is not a rotation or reflection with a translation; its
            number is in the message.
    """
    rotations, shifts = [], []
    for number, triplet in enumerate(triplets, start=1):
        parsed = _triplet(triplet)
        if parsed is None or abs(round(float(np.linalg.det(parsed[0])))) != 1:
            raise StructureError(
                f"has a symmetry operation (number {number}) {triplet[:40]!r} that is "
                "not a rotation or reflection; correct its list of operations"
            )
        rotations.append(parsed[0])
        shifts.append(parsed[1])
    denominator = lcm(*(part.denominator for shift in shifts for part in shift))
    if denominator > _MAX_COMMON_DENOMINATOR:
        raise StructureError(
            "has symmetry operations whose translations have no common denominator "
            f"below {_MAX_COMMON_DENOMINATOR}; write them as fractions such as 1/2 or 2/3"
        )
    whole = [[int(part * denominator) for part in shift] for shift in shifts]
    return Operations(
        np.array(rotations, dtype=np.int64),
        np.array(whole, dtype=np.int64) % denominator,
        denominator,
    )


def _triplet(text: str) -> tuple[list[list[int]], list[Fraction]] | None:
    """Return rotation and translation of one operation, or None if it is none."""
    if len(text) > _MAX_LENGTH:
        return None
    rows = plain_minus(text.replace(" ", "").replace("\t", "")).split(",")
    parsed = [_row(row) for row in rows]
    if len(parsed) != 3 or not all(parsed):
        return None
    return [row[0] for row in parsed if row], [row[1] for row in parsed if row]


def _row(text: str) -> tuple[list[int], Fraction] | None:
    """Return the coefficients and the translation of x, y or z of the image."""
    coefficients, shift, place = [Fraction(0)] * 3, Fraction(0), 0
    while place < len(text):
        match = _TERM.match(text, place)
        if match is None or match.end() == place or not any(match.groups()[1:]):
            return None
        if place and not match[1]:  # Two terms without a sign between them.
            return None
        factor = _factor(match)
        if factor is None:
            return None
        if match[5]:
            letters = "xyz" if match[5].lower() in "xyz" else "abc"
            letters = "uvw" if match[5].lower() in "uvw" else letters
            coefficients[letters.index(match[5].lower())] += factor
        else:
            shift += factor
        place = match.end()
    whole = [int(factor) for factor in coefficients]
    if whole != coefficients or max(map(abs, whole)) > MAX_ENTRY or not any(whole):
        return None
    return whole, shift % 1


def _factor(match: re.Match[str]) -> Fraction | None:
    """Return the signed number of a term, 1 where only a letter stands."""
    sign = -1 if match[1] == "-" else 1
    if match[2]:
        divisor = int(match[3])
        return sign * Fraction(int(match[2]), divisor) if divisor else None
    return sign * _rounded_fraction(match[4]) if match[4] else Fraction(sign)


def _rounded_fraction(text: str) -> Fraction:
    """Return the simplest fraction that a decimal may be the rounded form of."""
    exact = Fraction(text)
    decimals = len(text.partition(".")[2])
    if decimals < 2:
        return exact
    reach = Fraction(3, 4) / 10**decimals  # 0.666 as well as 0.667 is 2/3.
    for divisor in range(1, MAX_DENOMINATOR + 1):
        near = Fraction(round(exact * divisor), divisor)
        if abs(near - exact) <= reach:
            return near
    return exact


def triplet_of(rotation: IntArray, shift: FloatArray) -> str:
    """Write an operation as files do, for a message."""
    rows = []
    for row, part in zip(rotation, shift, strict=True):
        terms = "".join(
            f"{'-' if factor < 0 else '+'}{abs(factor) if abs(factor) > 1 else ''}{axis}"
            for factor, axis in zip(row, "xyz", strict=True)
            if factor
        )
        fraction = Fraction(float(part)).limit_denominator(MAX_DENOMINATOR)
        rows.append(terms.removeprefix("+") + (f"+{fraction}" if fraction else ""))
    return ",".join(rows)

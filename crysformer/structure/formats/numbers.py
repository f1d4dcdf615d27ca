"""Numbers as files write them, with what their digits say of their precision."""

import math
import re
from fractions import Fraction
from typing import NamedTuple

_MINUS = re.compile("[\u2010\u2011\u2012\u2013\u2212\ufe63\uff0d]")
"""Dashes that word processors and PDFs put in place of the minus sign."""

# Bounded runs and no alternative that overlaps another: linear in what it is given.
_NUMBER = re.compile(
    r"([+-]?)(?:(\d{1,40})(?:\.(\d{0,40}))?|\.(\d{1,40}))"
    r"(?:[eEdD]([+-]?\d{1,4}))?(?:\(\d{0,9}\))?"
)
_FRACTION = re.compile(r"([+-]?\d{1,9})/(\d{1,9})")


class Number(NamedTuple):
    """A number and the unit of its last written digit.

    Attributes:
        value: Never NaN or infinite.
        unit: 0.001 for 0.333; 0 for a fraction, which is exact.
    """

    value: float
    unit: float


def plain_minus(text: str) -> str:
    """Replace the dashes that stand for a minus sign by one."""
    return text if text.isascii() else _MINUS.sub("-", text)


def parse_number(text: str) -> Number | None:
    """Read a number with its standard uncertainty, exponent (E or D) or as a fraction.

    Args:
        text: A single word, such as 0.3333(2), -1/4, .5 or 1.0D-3.

    Returns:
        None if it is no number.
    """
    text = plain_minus(text.strip())
    if match := _FRACTION.fullmatch(text):
        divisor = int(match[2])
        return Number(float(Fraction(int(match[1]), divisor)), 0.0) if divisor else None
    match = _NUMBER.fullmatch(text)
    if match is None:
        return None
    sign, whole, decimals, bare, exponent = match.groups()
    decimals = bare if bare is not None else decimals or ""
    power = int(exponent or 0)
    value = float(f"{sign}{whole or 0}.{decimals or 0}e{power}")
    if not math.isfinite(value):
        return None
    return Number(value, 10.0 ** min(power - len(decimals), 300))


def parse_float(text: str) -> float:
    """Read a number as `parse_number` does.

    Raises:
        ValueError: It is none; the caller says where.
    """
    number = parse_number(text)
    if number is None:
        raise ValueError(text)
    return number.value

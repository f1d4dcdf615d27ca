"""Numbers as people are shown them: a true minus, no zero with a sign or an exponent."""

import math
from typing import Literal

from crysformer.properties.table import PROPERTIES

MINUS = "\N{MINUS SIGN}"
_NOTHING = "–"
_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def fixed(value: float, digits: int = 2, sign: Literal["", "+"] = "") -> str:
    """A number with a fixed number of decimals, or a dash where there is none.

    Args:
        value: The number.
        digits: Decimals.
        sign: What stands before a number above zero.
    """
    if not math.isfinite(value):
        return _NOTHING
    rounded = round(value, digits)
    text = f"{abs(rounded):.{digits}f}"
    if not rounded:
        return text
    return f"{MINUS if rounded < 0 else sign}{text}"


def signed(value: float, digits: int = 3) -> str:
    """A change with its sign and so many significant digits; nothing is 0."""
    if not math.isfinite(value):
        return _NOTHING
    text = f"{value:+.{digits}g}"
    return "0" if float(text) == 0 else text.replace("-", MINUS)


def tiny(value: float) -> str:
    """A numerical error as a power of ten, or 0 where there is none at all."""
    if value == 0:
        return "0"
    mantissa, _, power = f"{value:.0e}".partition("e")
    return f"{mantissa} × 10{str(int(power)).translate(_RAISED)}"


def physical(key: str, value: float, error: float | None) -> str:
    """A number as a person is told it: never below zero where physics forbids that."""
    clipped = PROPERTIES[key].non_negative and value <= 0
    return "0" if clipped else readable(value, error)


def readable(value: float, error: float | None) -> str:
    """Write a number with the digits its error warrants: two of the error's own.

    Args:
        value: The number.
        error: Its typical error in the same unit; None or 0 where it is unknown.
    """
    if not error:
        return f"{value:.3g}".replace("-", MINUS)
    digits = 1 - math.floor(math.log10(abs(error)))
    # Adding zero turns the -0.0 that rounding leaves into 0.0.
    text = f"{round(value, digits) + 0.0:.{max(digits, 0)}f}"
    return text.replace("-", MINUS)

"""Numbers as people are shown them: a true minus, no zero with a sign or an exponent."""

import math

MINUS = "\N{MINUS SIGN}"
_NOTHING = "–"
_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def fixed(value: float, digits: int = 2) -> str:
    """A number with a fixed number of decimals, or a dash where there is none."""
    if not math.isfinite(value):
        return _NOTHING
    # Adding zero turns the -0.0 that rounding leaves into 0.0.
    return f"{round(value, digits) + 0.0:.{digits}f}".replace("-", MINUS)


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

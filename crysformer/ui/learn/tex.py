"""Numbers and lists of numbers as LaTeX."""

import math

from numpy.typing import NDArray

SHOWN = 3


def number(value: float) -> str:
    """Write a number with three digits, a very large or small one as a power of ten."""
    value = float(value)
    if value == 0:
        return "0"
    power = math.floor(math.log10(abs(value)))
    if not -3 <= power <= 4:
        return rf"{value / 10**power:.2f}\times 10^{{{power}}}"
    return f"{value:.{max(2 - power, 0)}f}"


def row(values: NDArray) -> str:
    """Write the first numbers of a list, and how many there are."""
    shown = r",\ ".join(f"{float(each):.2f}" for each in values[:SHOWN])
    return rf"(\,{shown},\ \ldots)_{{{len(values)}}}"


def ratio(above: float, below: float) -> str:
    """Write a fraction and what it comes to."""
    return (
        rf"\frac{{{number(above)}}}{{{number(below)}}} = "
        rf"\mathbf{{{number(above / below)}}}"
    )

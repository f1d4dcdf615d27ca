"""Colours of elements and of numbers, with the ticks that make a colour readable.

Element colours come from pymatgen's Jmol and VESTA tables. The third scheme gives the
elements of one crystal well separated colours of Okabe and Ito (2008), which stay apart
for every common kind of colour blindness; there a colour means an element within one
picture only, so the legend goes with it.

Numbers use cividis (Nunez, Anderton and Renslow, PLOS ONE 13, e0199239 (2018)) when they
run from zero up, and ColorBrewer's PuOr when they run both ways: both are perceptually
ordered and colour-blind-safe.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal, get_args

import numpy as np
import pymatgen.vis
from monty.serialization import loadfn
from numpy.typing import ArrayLike, NDArray
from pymatgen.core import Element

Scheme = Literal["Jmol", "VESTA", "Colour-blind-safe"]
SCHEMES: tuple[Scheme, ...] = get_args(Scheme)
ScaleKind = Literal["sequential", "difference", "lift"]

OKABE_ITO = (
    "#E69F00",
    "#56B4E9",
    "#009E73",
    "#F0E442",
    "#0072B2",
    "#D55E00",
    "#CC79A7",
    "#999999",
)
CIVIDIS = (
    "#00224E",
    "#123570",
    "#3B496C",
    "#575D6D",
    "#707173",
    "#8A8678",
    "#A59C74",
    "#C3B369",
    "#E1CC55",
    "#FEE838",
)
PURPLE_ORANGE = (
    "#542788",
    "#8073AC",
    "#B2ABD2",
    "#D8DAEB",
    "#F0EEEA",
    "#FEE0B6",
    "#FDB863",
    "#E08214",
    "#B35806",
)
LIFT_RANGE = 4.0


def to_hex(rgb: ArrayLike) -> str:
    """Write one colour of three channels on [0, 255] as ``#rrggbb``."""
    red, green, blue = (round(float(channel)) for channel in np.asarray(rgb))
    return f"#{red:02x}{green:02x}{blue:02x}"


def to_rgb(colour: str) -> NDArray[np.float64]:
    """Read ``#rrggbb`` as three channels on [0, 255]."""
    return np.array([int(colour[k : k + 2], 16) for k in (1, 3, 5)], dtype=float)


@cache
def _tables() -> dict[str, dict[str, list[int]]]:
    folder = Path(next(iter(pymatgen.vis.__path__)))
    return loadfn(folder / "ElementColorSchemes.yaml")


def element_colours(symbols: Iterable[str], scheme: Scheme) -> dict[str, str]:
    """Colour of each element present.

    Args:
        symbols: Element symbols, repeats allowed.
        scheme: One of ``SCHEMES``.

    Returns:
        Symbol to ``#rrggbb``, ordered by atomic number.
    """
    present = sorted(set(symbols), key=lambda symbol: Element(symbol).Z)
    if scheme == "Colour-blind-safe":
        return {
            symbol: _darker(OKABE_ITO[k % len(OKABE_ITO)], k // len(OKABE_ITO))
            for k, symbol in enumerate(present)
        }
    table = _tables()[scheme]
    # Deuterium and elements beyond 109 are missing from both tables.
    return {symbol: to_hex(table.get(symbol, (180, 180, 180))) for symbol in present}


def _darker(colour: str, steps: int) -> str:
    return to_hex(to_rgb(colour) * 0.6**steps).upper()


@dataclass(frozen=True)
class Scale:
    """Maps numbers to colours, thicknesses and a colour bar.

    Attributes:
        kind: ``sequential`` from low to high; ``difference`` symmetric about zero;
            ``lift`` symmetric about one on a logarithmic axis.
        low: Number at the left end.
        high: Number at the right end.
    """

    kind: ScaleKind
    low: float
    high: float

    @classmethod
    def fit(cls, values: ArrayLike, kind: ScaleKind = "sequential") -> "Scale":
        """Choose the ends for the values shown."""
        numbers = np.asarray(values, dtype=float)
        numbers = numbers[np.isfinite(numbers)]
        top = float(np.abs(numbers).max()) if numbers.size else 1.0
        if kind == "lift":
            return cls(kind, 1 / LIFT_RANGE, LIFT_RANGE)
        if kind == "difference":
            return cls(kind, -(top or 1.0), top or 1.0)
        return cls(kind, 0.0, top or 1.0)

    def position(self, values: ArrayLike) -> NDArray[np.float64]:
        """Place of each value along the bar, on [0, 1]."""
        numbers = np.asarray(values, dtype=float)
        low, high = self.low, self.high
        if self.kind == "lift":
            # A weight of exactly zero is as far below uniform as the bar can show.
            numbers = np.log2(np.maximum(numbers, low))
            low, high = np.log2(low), np.log2(high)
        return np.clip((numbers - low) / (high - low), 0.0, 1.0)

    def colours(self, values: ArrayLike) -> list[str]:
        """Colour of each value."""
        return [to_hex(rgb) for rgb in self._blend(self.position(values))]

    def strength(self, values: ArrayLike) -> NDArray[np.float64]:
        """How strongly each value should be drawn, on [0, 1].

        Differences count by their size; weights and lifts by their place on the bar.
        """
        place = self.position(values)
        return np.abs(2 * place - 1) if self.kind == "difference" else place

    def bar(self, title: str) -> dict[str, Any]:
        """Describe the colour bar: title, colours, and ticks with their numbers."""
        numbers = self._ticks()
        places = self.position(numbers)
        return {
            "title": title,
            "colours": [to_hex(rgb) for rgb in self._blend(np.linspace(0, 1, 17))],
            "ticks": [
                {"at": round(float(place), 4), "text": _number(number)}
                for place, number in zip(places, numbers, strict=True)
            ],
        }

    def _ticks(self) -> list[float]:
        if self.kind == "lift":
            return [0.25, 0.5, 1.0, 2.0, 4.0]
        return [float(number) for number in np.linspace(self.low, self.high, 5)]

    def _blend(self, places: NDArray[np.float64]) -> NDArray[np.float64]:
        table: Sequence[str] = CIVIDIS if self.kind == "sequential" else PURPLE_ORANGE
        stops = np.array([to_rgb(colour) for colour in table])
        grid = np.linspace(0, 1, len(stops))
        return np.stack([np.interp(places, grid, stops[:, k]) for k in range(3)], axis=-1)


def _number(value: float) -> str:
    return f"{value:.2g}".replace("-", "\N{MINUS SIGN}")

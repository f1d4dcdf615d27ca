"""Colours of elements and of numbers, with the ticks that make a colour readable.

Element colours come from pymatgen's Jmol and VESTA tables. The third scheme gives the
elements of one crystal well separated colours of Okabe and Ito (2008), which stay apart
for every common kind of colour blindness; there a colour means an element within one
picture only, so the legend goes with it.

Numbers that run from zero up use viridis (Smith and van der Walt, 2015), numbers that run
both ways ColorBrewer's PuOr: both are perceptually ordered and colour-blind-safe.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pymatgen.vis
from monty.serialization import loadfn
from numpy.typing import ArrayLike, NDArray
from pymatgen.core import Element


class Scheme(StrEnum):
    """Colours of elements."""

    JMOL = "Jmol"
    VESTA = "VESTA"
    COLOUR_BLIND_SAFE = "Colour-blind-safe"


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
VIRIDIS = (
    "#440154",
    "#482878",
    "#3E4A89",
    "#31688E",
    "#26828E",
    "#1F9E89",
    "#35B779",
    "#6DCD59",
    "#B4DE2C",
    "#FDE725",
)
# The middle of a diverging scale is the background's neighbour: what is neither more nor
# less recedes, on light pages and on dark ones.
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
PURPLE_ORANGE_DARK = (
    "#D8DAEB",
    "#B2ABD2",
    "#8C80BE",
    "#5D5288",
    "#3A3D47",
    "#7C521F",
    "#C2781C",
    "#FDB863",
    "#FEE0B6",
)
# A lift scale ends where the data do, within these limits: smaller differences are
# noise, and larger ones would take the colour from all others.
LEAST_LIFT, MOST_LIFT = 1.25, 16.0
# Up to this far below uniform the colours follow small lifts, too.
_LOW_LIFT = 2.0


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
        scheme: Whose colours.

    Returns:
        Symbol to ``#rrggbb``, ordered by atomic number.
    """
    present = sorted(set(symbols), key=lambda symbol: Element(symbol).Z)
    if scheme == Scheme.COLOUR_BLIND_SAFE:
        return {
            symbol: _darker(OKABE_ITO[k % len(OKABE_ITO)], k // len(OKABE_ITO))
            for k, symbol in enumerate(present)
        }
    table = _tables()[scheme]
    # Deuterium and elements beyond 109 are missing from both tables.
    return {symbol: to_hex(table.get(symbol, (180, 180, 180))) for symbol in present}


def muted(colour: str) -> str:
    """Take a third of a colour's strength away."""
    return to_hex(0.64 * to_rgb(colour) + 0.36 * to_rgb("#C4C8CE"))


def ink(colour: str) -> str:
    """Black or white, whichever is read more easily on a colour."""
    red, green, blue = to_rgb(colour)
    return "#000000" if 0.299 * red + 0.587 * green + 0.114 * blue > 140 else "#ffffff"


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
        dark: Whether the page is dark: large numbers stand out from the background,
            so the sequence runs from dark to light there and from light to dark else.
        shown: Part of a lift scale that its bar shows: where there are data.
    """

    kind: ScaleKind
    low: float
    high: float
    dark: bool = False
    shown: tuple[float, float] | None = None

    @classmethod
    def fit(
        cls, values: ArrayLike, kind: ScaleKind = "sequential", *, dark: bool = False
    ) -> "Scale":
        """Choose the ends for the values shown."""
        numbers = np.asarray(values, dtype=float)
        numbers = numbers[np.isfinite(numbers)]
        top = float(np.abs(numbers).max()) if numbers.size else 1.0
        if kind == "lift":
            least = float(numbers.min(initial=1.0))
            below = min(1 / max(least, 1e-9), _LOW_LIFT)
            end = min(max(top, below, LEAST_LIFT), MOST_LIFT)
            ends = max(least, 1 / end), min(max(top, 1.0), end)
            few = ends[1] / ends[0] < LEAST_LIFT
            return cls(kind, 1 / end, end, dark, None if few else ends)
        if kind == "difference":
            return cls(kind, -(top or 1.0), top or 1.0, dark)
        return cls(kind, 0.0, top or 1.0, dark)

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

        Weights count in proportion to themselves, differences by their size, lifts by
        their place on the bar, the upper half stretched: more than uniform is thick.
        """
        if self.kind == "difference":
            return np.abs(2 * self.position(values) - 1)
        if self.kind == "lift":
            return self.position(values) ** 1.8
        return np.clip(np.asarray(values, dtype=float) / self.high, 0.0, 1.0)

    def bar(self, title: str) -> dict[str, Any]:
        """Describe the colour bar: title, colours, and ticks at round numbers.

        It begins and ends with the data.
        """
        first, last = self.position(self.shown or (self.low, self.high))
        numbers = self._ticks()
        places = (self.position(numbers) - first) / (last - first)
        return {
            "title": title,
            "colours": [to_hex(rgb) for rgb in self._blend(np.linspace(first, last, 17))],
            "ticks": [
                {"at": round(float(place), 4), "text": _number(number)}
                for place, number in zip(places, numbers, strict=True)
                if -1e-9 <= place <= 1 + 1e-9
            ],
        }

    def _ticks(self) -> list[float]:
        if self.kind == "lift":
            return _lift_ticks(*(self.shown or (self.low, self.high)))
        step = _round_step((self.high - self.low) / 4)
        count = np.arange(np.ceil(self.low / step - 1e-9), self.high / step + 1e-9)
        return (count * step).tolist()

    def _blend(self, places: NDArray[np.float64]) -> NDArray[np.float64]:
        table: Sequence[str]
        if self.kind == "sequential":
            table = VIRIDIS if self.dark else VIRIDIS[::-1]
        else:
            table = PURPLE_ORANGE_DARK if self.dark else PURPLE_ORANGE
        stops = np.array([to_rgb(colour) for colour in table])
        grid = np.linspace(0, 1, len(stops))
        return np.stack([np.interp(places, grid, stops[:, k]) for k in range(3)], axis=-1)


def _round_step(rough: float) -> float:
    """The next of 1, 2, 2.5, 5 times a power of ten."""
    power = 10.0 ** np.floor(np.log10(rough))
    return power * next(step for step in (1, 2, 2.5, 5, 10) if step * power >= rough)


def _lift_ticks(low: float, high: float) -> list[float]:
    """Powers of two, or rounder steps about one where the range is less than that."""
    powers = [2.0**k for k in range(-4, 5) if low <= 2.0**k <= high]
    if len(powers) >= 3:
        return powers
    step = _round_step((high - low) / 4)
    count = np.arange(np.ceil((low - 1) / step - 1e-9), (high - 1) / step + 1e-9)
    return (1 + count * step).tolist()


def _number(value: float) -> str:
    # Rounding first, so that no tick is called -0 or 0.30000000000000004.
    return f"{round(value, 6) + 0.0:.4g}".replace("-", "\N{MINUS SIGN}")

"""Colours that one atom's bonds keep through every picture of the lesson."""

from collections.abc import Iterable
from typing import Any

from crysformer.picture.palette import Scale

# Okabe and Ito (2008), reordered: those that stand out on white and on black come first.
# Violet and olive replace their black and pale yellow; grey is kept for what is picked.
_ORDER = (
    "#E69F00",
    "#0A84C6",
    "#009E73",
    "#CC79A7",
    "#D55E00",
    "#56B4E9",
    "#8F6BD6",
    "#A39A00",
)
FAINT = "rgba(128, 128, 128, 0.28)"
CHOSEN = "#808080"


def group_colours(numbers: Iterable[int]) -> list[str]:
    """Colour of each bond from the number of its shell or kind."""
    return [_ORDER[number % len(_ORDER)] for number in numbers]


def angle_scale(dark: bool) -> Scale:
    """Colours of angles from 0 to 180 degrees."""
    return Scale("sequential", 0.0, 180.0, dark)


def angle_bar(dark: bool) -> dict[str, Any]:
    """Describe the colour bar of angles, with ticks a student knows."""
    ticks = [{"at": angle / 180, "text": f"{angle}"} for angle in range(0, 181, 45)]
    return angle_scale(dark).bar("Angle (°)") | {"ticks": ticks}

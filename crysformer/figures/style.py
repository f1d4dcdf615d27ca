"""What all figures have in common: margins, legend and marks."""

from collections.abc import Mapping
from typing import Any

from crysformer.picture.palette import VIRIDIS

MARGIN: Mapping[str, int] = {"l": 8, "r": 8, "t": 8, "b": 8}
"""Pixels around a figure; Plotly makes room for the axes itself."""

MARGIN_BELOW_LEGEND: Mapping[str, int] = {**MARGIN, "t": 30}
"""The same with room for ``LEGEND_ABOVE``, or a line of text."""

LEGEND_ABOVE: Mapping[str, Any] = {
    "orientation": "h",
    "y": 1.02,
    "yanchor": "bottom",
    "x": 0,
}
"""One line above the plot, from its left edge on."""

MARK = VIRIDIS[4]
"""Colour of marks of which there is one kind; seen on white and on black."""

GREY = "#737985"
"""Of lines and words that stand back; seen on white and on black."""

LINE: Mapping[str, Any] = {"color": "#808892", "dash": "dash", "width": 1.5}
"""What a value is compared with: a diagonal, a level."""

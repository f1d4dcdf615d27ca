"""How often intervals contained the computed value, by kind of crystal and by novelty."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from crysformer.figures.style import LEGEND_ABOVE, LINE, MARGIN, MARGIN_BELOW_LEGEND, MARK
from crysformer.picture.palette import VIRIDIS
from crysformer.trust.bands import BANDS, TWINS
from crysformer.trust.quantiles import LEVEL

_ALL = VIRIDIS[6]
_GREY = "rgba(128, 136, 146, 0.18)"
_ALLOWED = 0.03
_Z95 = 1.96
_AXIS = "Intervals that contain<br>the computed value (%)"
_WORDS = {"half": " half", "atoms": " atoms", "elements": " elements", "gap": ""}


def coverage_by_kind(kinds: Mapping[str, Any]) -> go.Figure:
    """Draw how often the intervals of a property held, for kinds of crystals.

    Args:
        kinds: Of the card: ``all`` and the groups, each with coverage and n.
    """
    rows = [("All", kinds["all"])]
    for group, word in _WORDS.items():
        for name, found in kinds.get(group, {}).items():
            said = " element" if group == "elements" and name == "1" else word
            rows.append((f"{name}{said}".capitalize(), found))
    rows.reverse()
    shares, numbers, spread = _numbers([found for _, found in rows])
    points = go.Scatter(
        x=shares,
        y=[name for name, _ in rows],
        mode="markers",
        marker={"size": 9, "color": MARK},
        error_x={"array": spread, "color": MARK, "thickness": 1.2},
        customdata=numbers,
        hovertemplate="%{y}: %{x:.1f} % of %{customdata:,} crystals<extra></extra>",
    )
    figure = go.Figure(points)
    figure.add_vline(100.0 * LEVEL, line=LINE)
    figure.add_vrect(*_ends(), fillcolor=_GREY, line_width=0)
    figure.update_xaxes(title=_AXIS)
    figure.update_yaxes(automargin=True)
    figure.update_layout(margin=MARGIN)
    return figure


def coverage_by_novelty(
    kinds: Mapping[str, Any], together: Mapping[str, Any], name: str
) -> go.Figure:
    """Draw how often intervals held in each band of novelty, twins apart.

    Args:
        kinds: Of the card, for one property: the bands, each with coverage and n.
        together: Likewise for all properties together.
        name: Of the property.
    """
    traces = []
    for found, said, colour, symbol in (
        (kinds, name, MARK, "circle"),
        (together, "All properties", _ALL, "diamond-open"),
    ):
        known = [band for band in BANDS if band in found]
        shares, numbers, spread = _numbers([found[band] for band in known])
        traces.append(
            go.Scatter(
                x=[_band_name(band) for band in known],
                y=shares,
                name=said,
                mode="markers",
                marker={"size": 9, "color": colour, "symbol": symbol},
                error_y={"array": spread, "color": colour, "thickness": 1.2},
                customdata=numbers,
                hovertemplate="%{x}: %{y:.1f} % of %{customdata:,} values<extra></extra>",
            )
        )
    figure = go.Figure(traces)
    figure.add_hline(100.0 * LEVEL, line=LINE)
    figure.add_hrect(*_ends(), fillcolor=_GREY, line_width=0)
    figure.update_xaxes(
        title="Distance from the training data (percentile)",
        categoryorder="array",
        categoryarray=[_band_name(band) for band in BANDS],
    )
    figure.update_yaxes(title=_AXIS)
    figure.update_layout(margin=MARGIN_BELOW_LEGEND, legend=LEGEND_ABOVE)
    return figure


def _band_name(band: str) -> str:
    return "training crystals" if band == BANDS[TWINS] else band


def _numbers(found: Sequence[Mapping[str, Any]]) -> tuple[NDArray, NDArray, NDArray]:
    """Shares in per cent, how many they are of, and what chance does to that many."""
    shares = np.array([100.0 * each["coverage"] for each in found])
    numbers = np.array([each["n"] for each in found])
    return shares, numbers, 100.0 * _Z95 * np.sqrt(LEVEL * (1.0 - LEVEL) / numbers)


def _ends() -> tuple[float, float]:
    return 100.0 * (LEVEL - _ALLOWED), 100.0 * (LEVEL + _ALLOWED)

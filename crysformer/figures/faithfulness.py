"""Plots of a faithfulness study: effects against attention, deletion and insertion."""

import re

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from crysformer.attention.reduce import Module
from crysformer.faithfulness.curves import Curves, Way
from crysformer.figures.style import LEGEND_ABOVE, MARGIN_BELOW_LEGEND
from crysformer.picture.palette import OKABE_ITO

_STYLES = {
    Module.CROSS: {"color": OKABE_ITO[4], "symbol": "circle", "dash": "solid"},
    Module.CONDITIONAL: {"color": OKABE_ITO[5], "symbol": "diamond", "dash": "solid"},
    "1 / length": {"color": OKABE_ITO[2], "symbol": "x", "dash": "dash"},
    "Random": {"color": "#808890", "symbol": "cross", "dash": "dot"},
}


def effect_plot(
    attention: dict[str, NDArray[np.float64]],
    effect: NDArray[np.float64],
    names: list[str],
    y_title: str,
) -> go.Figure:
    """Draw the change without each orbit against its share of attention.

    Args:
        attention: By module, share of all attention, (orbits,).
        effect: Size of the change, (orbits,).
        names: What each orbit is called.
        y_title: What the change is of, with the unit.
    """
    figure = go.Figure()
    for module, shares in attention.items():
        style = _STYLES[module]
        figure.add_scatter(
            x=100 * shares,
            y=effect,
            mode="markers",
            name=module,
            marker={
                "size": 9,
                "color": style["color"],
                "symbol": style["symbol"],
                "opacity": 0.8,
            },
            customdata=[[orbit] for orbit in range(len(effect))],
            text=names,
            hovertemplate="%{text}<br>%{x:.2f} % of attention, change %{y:.3g}",
        )
    figure.update_layout(
        xaxis_title="Share of all attention (%)",
        yaxis_title=y_title,
        height=360,
        margin=MARGIN_BELOW_LEGEND,
        legend=LEGEND_ABOVE,
        dragmode=False,
    )
    return figure


def curve_plot(curves: dict[str, Curves], output: int, way: Way) -> go.Figure:
    """Draw how far the prediction has moved as bonds go, or come, in several orders.

    Args:
        curves: By name of the order; those called ``Random 1, 2, …`` are drawn alike.
        output: Column of the prediction.
        way: Whether bonds go or come.
    """
    figure = go.Figure()
    shown = set()
    for name, curve in curves.items():
        family = re.sub(r" \d+$", "", name)
        style = _STYLES[family]
        x, y = curve.points(way)
        figure.add_scatter(
            x=100 * x,
            y=y[:, output],
            mode="lines+markers",
            name=family,
            legendgroup=family,
            showlegend=family not in shown,
            line={
                "color": style["color"],
                "dash": style["dash"],
                "width": 1 if family == "Random" else 2,
            },
            marker={"symbol": style["symbol"], "size": 6},
            hovertemplate="%{x:.0f} % of bonds: %{y:.2f}",
        )
        shown.add(family)
    verb = "removed" if way == Way.DELETION else "added"
    figure.update_layout(
        xaxis_title=f"Bonds {verb}, most attention first (%)",
        yaxis_title="Distance from the full prediction",
        height=300,
        margin=MARGIN_BELOW_LEGEND,
        legend=LEGEND_ABOVE,
    )
    return figure

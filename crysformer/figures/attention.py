"""Plots of attention: blocks by heads, weights against bond lengths.

Both are scatter plots, whose points can be chosen: ``customdata`` says what a point is.
"""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from crysformer.figures.style import GREY, LEGEND_ABOVE, MARGIN_BELOW_LEGEND
from crysformer.picture.palette import OKABE_ITO, Scale, ink

CELL_PIXELS = 37
_SYMBOLS = ("circle", "square", "diamond", "triangle-up", "cross", "x", "star", "hexagon")


def head_map(
    numbers: NDArray[np.float64],
    module: str,
    scale: Scale,
    chosen: tuple[int | None, int | None] | None,
    *,
    first: bool = True,
) -> go.Figure:
    """Draw one number for each block and head as a square.

    Args:
        numbers: (blocks, heads).
        module: Name of the module, the title; first in each point's ``customdata``, then
            block and head, counted from zero.
        scale: Colours, shared by the maps that stand side by side.
        chosen: Block and head shown in the picture, None for all; None if another module
            is shown.
        first: Whether the axis of blocks needs a title.
    """
    blocks, heads = numbers.shape
    block, head = (index.ravel() for index in np.indices(numbers.shape))
    values = numbers.ravel()
    fill = scale.colours(values)
    # All together is no square of its own: then none is marked.
    here = np.full(len(values), chosen is not None and chosen != (None, None))
    for index, wanted in zip((block, head), chosen or (), strict=False):
        if wanted is not None:
            here &= index == wanted
    squares = go.Scatter(
        x=head + 1,
        y=block + 1,
        mode="markers+text",
        marker={
            "symbol": "square",
            "size": CELL_PIXELS - 5,
            "color": fill,
            "opacity": 1.0,
            "line": {
                "width": np.where(here, 3, 0).tolist(),
                "color": "#d55e00",
            },
        },
        text=[f"{value:.2f}" if value < 10 else f"{value:.1f}" for value in values],
        textfont={"color": [ink(colour) for colour in fill], "size": 11},
        customdata=[
            [module, b, h] for b, h in zip(block.tolist(), head.tolist(), strict=True)
        ],
        hovertemplate=f"{module}, block %{{y}}, head %{{x}}: %{{text}}<extra></extra>",
        selected={"marker": {"opacity": 1.0}},
        unselected={"marker": {"opacity": 1.0}},
    )
    figure = go.Figure(squares)
    axis = {"showgrid": False, "zeroline": False, "fixedrange": True, "dtick": 1}
    figure.update_xaxes(title="Head", range=[0.5, heads + 0.5], **axis)
    figure.update_yaxes(
        title="Block" if first else None, range=[blocks + 0.5, 0.5], **axis
    )
    figure.update_layout(
        title={"text": module, "font": {"size": 14}, "x": 0.5, "xanchor": "center"},
        width=CELL_PIXELS * heads + (62 if first else 40),
        height=CELL_PIXELS * blocks + 80,
        margin={"l": 46 if first else 24, "r": 8, "t": 30, "b": 48, "pad": 0},
        showlegend=False,
        dragmode=False,
    )
    return figure


def length_plot(
    x: NDArray[np.float64],
    values: NDArray[np.float64],
    identity: Sequence[int],
    names: Sequence[str],
    *,
    x_title: str,
    y_title: str,
    even: float | None,
) -> go.Figure:
    """Draw weights against lengths, or angles, one kind of mark for each head.

    Args:
        x: Of each point, (points,).
        values: (points, heads).
        identity: What each point stands for, its ``customdata``.
        names: What each point is called.
        x_title: Of the horizontal axis, with the unit.
        y_title: Of the vertical axis.
        even: Number of an even share of attention, or None.
    """
    figure = go.Figure()
    for head in range(values.shape[1]):
        figure.add_scatter(
            x=x,
            y=values[:, head],
            mode="markers",
            name=f"Head {head + 1}",
            marker={
                "symbol": _SYMBOLS[head % len(_SYMBOLS)],
                "color": OKABE_ITO[(0, 1, 2, 6, 4, 5, 3, 7)[head % len(OKABE_ITO)]],
                "size": 9,
                "line": {"width": 0.5, "color": GREY},
            },
            customdata=[[each] for each in identity],
            text=list(names),
            hovertemplate="%{text}<br>%{x:.3f}, %{y:.4f}",
            unselected={"marker": {"opacity": 0.25}},
        )
    if even is not None:
        figure.add_hline(
            even,
            line={"dash": "dot", "color": GREY, "width": 1},
            annotation={"text": "even share", "font": {"color": GREY, "size": 11}},
            annotation_position="top right",
        )
    figure.update_layout(
        xaxis_title=x_title,
        yaxis_title=y_title,
        height=360,
        margin=MARGIN_BELOW_LEGEND,
        legend=LEGEND_ABOVE,
        dragmode=False,
    )
    return figure

"""A model's response to strain as a picture, without an error band: none was measured."""

from collections.abc import Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from crysformer.experiments.response import Response
from crysformer.figures.crystals import as_text
from crysformer.figures.style import MARGIN
from crysformer.picture.palette import OKABE_ITO

TITLE = "Model response, not a potential-energy surface"
# Blue and vermilion are told apart by every kind of colour blindness, marks do the rest.
_COLOURS = (OKABE_ITO[4], OKABE_ITO[5])
_MARKS, _DASHES = ("circle", "diamond"), ("solid", "dash")


@dataclass(frozen=True)
class Curve:
    """One crystal's response.

    Attributes:
        name: What the legend says; it may come from a file.
        response: What the model says.
    """

    name: str
    response: Response


def response_figure(
    curves: Sequence[Curve], key: str, *, axis: str, across: str, strain: float
) -> go.Figure:
    """Draw one property over strain.

    Args:
        curves: One or two crystals.
        key: Property.
        axis: What the vertical axis says, with the unit.
        across: What the horizontal axis says, with the unit.
        strain: The chosen strain, marked by a larger point.
    """
    figure = go.Figure()
    for k, curve in enumerate(curves):
        response, colour = curve.response, _COLOURS[k % 2]
        values = response.curve(key)
        figure.add_scatter(
            x=response.strains,
            y=values,
            name=as_text(curve.name),
            mode="lines+markers",
            line={"color": colour, "dash": _DASHES[k % 2]},
            marker={"symbol": _MARKS[k % 2], "size": 6},
            customdata=response.bonds,
            hovertemplate="%{x:+.1f} %: %{y:.4g}<br>%{customdata} model edges"
            f"<extra>{as_text(curve.name)}</extra>",
        )
        figure.add_scatter(
            x=[strain],
            y=[response.at(strain).values[key]],
            mode="markers",
            marker={
                "symbol": _MARKS[k % 2],
                "size": 15,
                "color": colour,
                "line": {"width": 2, "color": "#808892"},
            },
            showlegend=False,
            hoverinfo="skip",
        )
    marked = sorted({change for curve in curves for change in curve.response.changes})
    for low, high in marked:
        figure.add_vline((low + high) / 2, line={"dash": "dot", "width": 1.5})
    if marked:
        # A line of a shape has no entry in the legend: this one stands for all.
        figure.add_scatter(
            x=[None],
            y=[None],
            mode="lines",
            line={"dash": "dot", "width": 1.5, "color": "#808892"},
            name="the neighbours change",
        )
    figure.update_shapes(line_color="#808892")
    figure.update_layout(
        title={"text": TITLE, "font": {"size": 15}},
        xaxis_title=across,
        yaxis_title=axis,
        legend={"orientation": "h", "y": -0.22},
        margin={**MARGIN, "t": 40},
    )
    return figure

"""Jumps of one property under growing noise, beside its error."""

import math

import pandas as pd
import plotly.graph_objects as go

from crysformer.figures.style import LEGEND_ABOVE, LINE, MARGIN_BELOW_LEGEND, MARK
from crysformer.picture.palette import VIRIDIS
from crysformer.structure.symmetry import SYMPREC

_LARGEST = VIRIDIS[6]


def jump_curve(jumps: pd.DataFrame, error: float, title: str) -> go.Figure:
    """Draw the largest and the typical jump over the displacement of the atoms.

    Args:
        jumps: Rows of one property, as ``evaluation.smoothness`` makes them.
        error: Mean absolute validation error of the property.
        title: What the vertical axis says of the property, with the unit.
    """
    figure = go.Figure(
        [
            go.Scatter(
                x=jumps["displacement"],
                y=jumps[column],
                name=name,
                mode="lines+markers",
                line={"color": colour, "width": 1.5},
                marker={"symbol": symbol, "size": 7},
                customdata=jumps[["crystal"]] if column == "largest" else None,
                hovertemplate="%{y:.3g} in the step to %{x:.2g} Å"
                + ("<br>%{customdata[0]}" if column == "largest" else "")
                + "<extra></extra>",
            )
            for column, name, colour, symbol in (
                ("largest", "Largest of the crystals", _LARGEST, "diamond"),
                ("typical", "Typical (median)", MARK, "circle"),
            )
        ]
    )
    figure.add_hline(
        error,
        line=LINE,
        annotation_text="validation error",
        annotation_position="top left",
        annotation_font_size=12,
    )
    figure.add_vline(SYMPREC, line=LINE)
    # On a logarithmic axis an annotation stands at the logarithm of its place.
    figure.add_annotation(
        x=math.log10(SYMPREC),
        y=1.0,
        yref="paper",
        xanchor="right",
        yanchor="top",
        text="symmetry is lost ",
        showarrow=False,
        font={"size": 12},
    )
    figure.update_xaxes(
        type="log",
        title="Displacement of the atoms (Å)",
        dtick=1,
        exponentformat="power",
        range=[math.log10(end) for end in _ends(jumps["displacement"])],
    )
    figure.update_yaxes(title=f"Jump, {title}", nticks=6, rangemode="tozero")
    figure.update_layout(
        margin=dict(MARGIN_BELOW_LEGEND), legend=dict(LEGEND_ABOVE), hovermode="closest"
    )
    return figure


def _ends(displacements: pd.Series) -> tuple[float, float]:
    """Ends of the axis: a little beyond the first and the last step."""
    return displacements.min() / 1.3, displacements.max() * 1.3

"""Pictures of how far probabilities of stability can be trusted."""

import numpy as np
import plotly.graph_objects as go

from crysformer.evaluation.hull import HullCheck
from crysformer.figures.style import GREY, LEGEND_ABOVE, MARGIN_BELOW_LEGEND
from crysformer.picture.palette import VIRIDIS
from crysformer.trust.stability import DISTANCES

_COLOURS = (VIRIDIS[1], VIRIDIS[3], VIRIDIS[5], VIRIDIS[7])
_Z95 = 1.96


def reliability_curve(check: HullCheck) -> go.Figure:
    """Draw how often a crystal was so near the hull against how probable it was said.

    Args:
        check: Of the validation crystals.
    """
    figure = go.Figure(
        go.Scatter(
            x=[0, 100],
            y=[0, 100],
            mode="lines",
            line={"color": GREY, "dash": "dash", "width": 1.5},
            hoverinfo="skip",
            showlegend=False,
        )
    )
    for distance, colour in zip(DISTANCES, _COLOURS, strict=True):
        found = check.reliability(distance)
        # Of the share itself: what chance alone does to that many crystals.
        spread = _Z95 * np.sqrt(found["true"] * (1.0 - found["true"]) / found["n"])
        name = f"within {1000 * distance:g} meV/atom" if distance else "on the hull"
        figure.add_scatter(
            x=100 * found["said"],
            y=100 * found["true"],
            error_y={"array": 100 * spread, "color": colour, "thickness": 1.2},
            customdata=found["n"],
            mode="lines+markers",
            name=name,
            line={"color": colour, "width": 1.5},
            marker={"size": 7},
            hovertemplate="said %{x:.0f} %, true %{y:.0f} % of %{customdata:,} "
            f"crystals<extra>{name}</extra>",
        )
    figure.update_xaxes(title="Probability that was said (%)", range=[-2, 102])
    figure.update_yaxes(title="Crystals that are so (%)", range=[-2, 102])
    figure.update_layout(legend=LEGEND_ABOVE, margin=MARGIN_BELOW_LEGEND)
    return figure

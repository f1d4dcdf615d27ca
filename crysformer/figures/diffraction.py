"""The powder pattern as a picture: a stick at each angle of reflection."""

import plotly.graph_objects as go

from crysformer.description.diffraction import TWO_THETA, Pattern
from crysformer.figures.style import MARGIN, MARK

# Planes are written on the strongest lines only, where they do not run into each other.
_LABELLED = 8
_CLEARANCE = 3.0


def pattern_figure(pattern: Pattern) -> go.Figure:
    """Draw a powder pattern.

    Args:
        pattern: Lines by angle.
    """
    lines = pattern.reflections
    angles = [line.two_theta for line in lines]
    heights = [line.intensity for line in lines]
    sticks = go.Scatter(
        x=[x for angle in angles for x in (angle, angle, None)],
        y=[y for height in heights for y in (0, height, None)],
        mode="lines",
        line={"color": MARK, "width": 2},
        hoverinfo="skip",
    )
    names = _labels(pattern)
    tips = go.Scatter(
        x=angles,
        y=heights,
        mode="markers+text",
        marker={"color": MARK, "size": 5},
        text=[names.get(k, "") for k in range(len(lines))],
        textposition="top center",
        customdata=[(" ".join(line.planes), line.spacing) for line in lines],
        hovertemplate="<b>%{customdata[0]}</b><br>2θ = %{x:.3f}°, "
        "d = %{customdata[1]:.4f} Å<br>%{y:.1f} %<extra></extra>",
    )
    figure = go.Figure([sticks, tips])
    figure.update_layout(
        xaxis={"title": "2θ (degrees)", "range": [TWO_THETA[0], pattern.end]},
        yaxis={"title": "Intensity (%)", "range": [0, 116]},
        showlegend=False,
        margin=MARGIN,
    )
    return figure


def _labels(pattern: Pattern) -> dict[int, str]:
    """Planes of the strongest lines that stand apart, by the line's number."""
    lines = pattern.reflections
    chosen: dict[int, str] = {}
    for k in sorted(range(len(lines)), key=lambda k: -lines[k].intensity)[:_LABELLED]:
        apart = (abs(lines[k].two_theta - lines[other].two_theta) for other in chosen)
        if all(gap > _CLEARANCE for gap in apart):
            chosen[k] = lines[k].planes[0]
    return chosen

"""A property over the frames of a file, with the interval of each."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from crysformer.arrays import FloatArray
from crysformer.figures.style import GREY, MARGIN, MARK


def trajectory_figure(
    numbers: Sequence[int], values: FloatArray, axis: str, shown: int
) -> go.Figure:
    """Draw the trace.

    Args:
        numbers: Of the frames, as the file counts them.
        values: Value and both ends of the 90 % interval (frames, 3); NaN where there
            are none.
        axis: The unit; the property stands over the plot.
        shown: Place of the frame that is shown.
    """
    value, low, high = values.T
    figure = go.Figure()
    if np.isfinite(low).any():
        hidden = {"mode": "lines", "line": {"width": 0}, "hoverinfo": "skip"}
        figure.add_scatter(x=numbers, y=low, showlegend=False, **hidden)
        figure.add_scatter(
            x=numbers,
            y=high,
            fill="tonexty",
            fillcolor="rgba(128, 136, 146, 0.2)",
            showlegend=False,
            **hidden,
        )
    figure.add_scatter(
        x=numbers,
        y=value,
        customdata=np.arange(len(value)),
        mode="lines+markers",
        line={"color": MARK, "width": 1.5},
        marker={"size": 5},
        hovertemplate="frame %{x}: %{y:.4g}<extra></extra>",
        showlegend=False,
    )
    figure.add_vline(numbers[shown], line={"color": GREY, "dash": "dot", "width": 1.5})
    figure.update_xaxes(title="Frame")
    figure.update_yaxes(title=axis)
    figure.update_layout(margin=MARGIN)
    return figure

"""Pictures of how good a model is, drawn from what ships beside its weights."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from crysformer.figures.style import LEGEND_ABOVE, LINE, MARGIN, MARK
from crysformer.model.ablations import Ablation
from crysformer.picture.palette import VIRIDIS

BINS = 60
DECILES = 10

_WITHOUT = VIRIDIS[6]
# Heavy tails would squeeze all else into a corner of the parity plot.
_INNER = (0.002, 0.998)
_SIZES = ((1, 2), (3, 4), (5, 8), (9, 16), (17, 32), (33, 10_000))


def learning_curve(
    records: Sequence[Mapping[str, Any]], key: str, title: str, before: float = 0.0
) -> go.Figure:
    """Draw a property's validation error against epochs of training.

    Args:
        records: Validations in order, as in curves.jsonl.
        key: Property.
        title: What the vertical axis says, with the unit.
        before: Epochs behind the weights that the run started from.
    """
    known = [record for record in records if key in record["val"]]
    highest = max(record["learning_rate"] for record in known)
    traces = []
    for decaying, name, symbol in (
        (False, "Constant learning rate", "circle"),
        (True, "Decaying learning rate", "diamond-open"),
    ):
        part = [record for record in known if _decays(record, highest) == decaying]
        traces.append(
            go.Scatter(
                x=[before + record["passes"] for record in part],
                y=[record["val"][key]["mae"] for record in part],
                name=name,
                mode="lines+markers",
                line={"color": MARK, "width": 1.5},
                marker={"symbol": symbol, "size": 7},
                hovertemplate="epoch %{x:.1f}: %{y:.4g}<extra></extra>",
            )
        )
    figure = go.Figure(traces)
    figure.update_yaxes(type="log", title=title, nticks=6)
    figure.update_xaxes(title="Epochs")
    return _legend_above(figure)


def _decays(record: Mapping[str, Any], highest: float) -> bool:
    """Whether a validation fell into a decay; older curves know the rate alone."""
    if "decay" in record:
        return record["decay"] > 0.0
    return record["learning_rate"] < 0.99 * highest


def parity(table: pd.DataFrame, title: str) -> tuple[go.Figure, int]:
    """Draw predicted over computed values as a map of how many crystals lie where.

    Args:
        table: Validation rows of one property.
        title: What the axes say of the property, with the unit.

    Returns:
        The picture, and how many crystals lie outside it.
    """
    both = table[["target", "prediction"]].to_numpy().T
    low, high = np.quantile(both, _INNER)
    edges = np.linspace(low, high if high > low else low + 1.0, BINS + 1)
    counts, _, _ = np.histogram2d(*both, bins=(edges, edges))
    counts = counts.T
    centres = (edges[1:] + edges[:-1]) / 2.0
    most = max(counts.max(), 1.0)
    ticks = [n for n in (1, 3, 10, 30, 100, 300, 1000, 3000) if n <= most]
    density = go.Heatmap(
        x=centres,
        y=centres,
        # A colour for every factor: most crystals lie in a few squares of the diagonal.
        z=np.log10(np.where(counts > 0, counts, np.nan)),
        customdata=counts,
        hovertemplate="computed %{x:.4g}<br>predicted %{y:.4g}<br>"
        "%{customdata:.0f} crystals<extra></extra>",
        hoverongaps=False,
        colorscale="Viridis",
        colorbar={
            "title": {"text": "Crystals", "side": "right"},
            "tickvals": np.log10(ticks).tolist(),
            "ticktext": [str(n) for n in ticks],
            "thickness": 14,
        },
    )
    ends = edges[[0, -1]]
    diagonal = go.Scatter(x=ends, y=ends, mode="lines", line=LINE, hoverinfo="skip")
    figure = go.Figure([density, diagonal])
    figure.update_layout(
        xaxis_title=f"Computed: {title}",
        yaxis_title=f"Predicted: {title}",
        showlegend=False,
        margin=MARGIN,
    )
    return figure, int(both.shape[1] - counts.sum())


def errors_by_size(table: pd.DataFrame, title: str) -> go.Figure:
    """Draw the mean error of a property for small and large cells.

    Args:
        table: Validation rows of one property.
        title: What the vertical axis says, with the unit.
    """
    error = (table["target"] - table["prediction"]).abs()
    names, means, counts = [], [], []
    for low, high in _SIZES:
        rows = table["sites"].between(low, high)
        if rows.any():
            names.append(f"{low} to {high}" if high < 10_000 else f"{low} or more")
            means.append(error[rows].mean())
            counts.append(int(rows.sum()))
    bars = go.Bar(
        x=names,
        y=means,
        marker_color=MARK,
        text=[f"n = {count:,}" for count in counts],
        hovertemplate="%{x} atoms: %{y:.4g}, %{text}<extra></extra>",
    )
    figure = go.Figure(bars)
    figure.update_layout(
        xaxis_title="Atoms in the cell", yaxis_title=title, margin=MARGIN
    )
    return figure


def errors_by_novelty(table: pd.DataFrame, title: str) -> go.Figure:
    """Draw the mean error against the distance from the training data.

    Args:
        table: Validation rows of one property.
        title: What the vertical axis says, with the unit.
    """
    error = (table["target"] - table["prediction"]).abs()
    step = 100 // DECILES
    part = (table["novelty"] // step).clip(upper=DECILES - 1)
    grouped = error.groupby(part)
    means, counts = grouped.mean(), grouped.size()
    spread = grouped.std().fillna(0.0) / np.sqrt(counts)
    points = go.Scatter(
        x=step * (means.index + 0.5),
        y=means,
        mode="lines+markers",
        line={"color": MARK},
        error_y={"array": spread, "color": MARK, "thickness": 1.2},
        customdata=counts,
        hovertemplate="percentile about %{x:.0f}: %{y:.4g}, "
        "%{customdata:,} crystals<extra></extra>",
    )
    figure = go.Figure(points)
    figure.update_layout(
        xaxis_title="Distance from the training data (percentile)",
        yaxis_title=title,
        margin=MARGIN,
    )
    figure.update_yaxes(rangemode="tozero")
    return figure


def errors_without(found: Sequence[Ablation], title: str) -> go.Figure:
    """Draw a property's error with each part of the network left out.

    Args:
        found: The whole network first.
        title: What the axis of errors says, with the unit.
    """
    rows = found[::-1]
    bars = go.Bar(
        x=[row.mae for row in rows],
        y=[row.name for row in rows],
        orientation="h",
        marker_color=[MARK if row is found[0] else _WITHOUT for row in rows],
        text=[f"{row.mae:.3g}" for row in rows],
        insidetextanchor="start",
        customdata=[100.0 * row.change for row in rows],
        hovertemplate="%{y}: %{x:.4g}, %{customdata:+.1f} %<extra></extra>",
    )
    figure = go.Figure(bars)
    figure.add_vline(found[0].mae, line=LINE)
    figure.update_layout(xaxis_title=title, margin=MARGIN)
    figure.update_yaxes(automargin=True)
    return figure


def _legend_above(figure: go.Figure) -> go.Figure:
    figure.update_layout(legend=LEGEND_ABOVE, margin=MARGIN)
    return figure

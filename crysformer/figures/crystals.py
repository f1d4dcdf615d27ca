"""Pictures of many predictions: histogram, scatter, and the periodic table as a heat map.

A table has one row for each crystal, with ``file``, ``formula`` and a column for each
property under its key, in its unit; where a number is missing, the crystal is left out.
"""

import re
from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from pymatgen.core import Element

from crysformer.figures.style import GREY, MARGIN, MARK
from crysformer.picture.palette import VIRIDIS
from crysformer.properties.table import PROPERTIES

MAX_BINS = 40
_MAX_NAME = 40

_LAST = 118
_GROUPS = 18
# Rows of the grid: seven periods, a gap, lanthanides, actinides.
_ROWS = 10
_SYMBOL = re.compile(r"[A-Z][a-z]?")
_FAINT = "rgba(128, 128, 128, 0.14)"


def titles(keys: Iterable[str]) -> dict[str, str]:
    """Name properties for axes and columns, with units, no two alike.

    Args:
        keys: Properties that are shown together.

    Returns:
        By key, label and unit, and the method where only that tells two apart.
    """
    keys = tuple(keys)
    labels = [PROPERTIES[key].label for key in keys]
    named = {}
    for key in keys:
        item = PROPERTIES[key]
        name = item.label
        if labels.count(name) > 1:
            name += f", {item.source.rpartition(', ')[2]}"
        named[key] = f"{name} ({item.unit})" if item.unit else name
    return named


def histogram(table: pd.DataFrame, key: str, title: str) -> go.Figure:
    """Draw how many crystals have which value of a property.

    Args:
        table: Predictions.
        key: Property.
        title: What the axis says, with the unit.
    """
    values = table[key].dropna().to_numpy()
    edges = np.histogram_bin_edges(values, bins=_number_of_bins(values))
    counts, _ = np.histogram(values, edges)
    bars = go.Bar(
        x=(edges[:-1] + edges[1:]) / 2,
        y=counts,
        width=np.diff(edges),
        marker_color=MARK,
        customdata=np.stack([edges[:-1], edges[1:]], axis=1),
        hovertemplate="%{customdata[0]:.4g} to %{customdata[1]:.4g}: %{y}<extra></extra>",
    )
    figure = go.Figure(bars)
    figure.update_layout(
        xaxis_title=title, yaxis_title="Crystals", bargap=0.04, margin=MARGIN
    )
    return figure


def _number_of_bins(values: np.ndarray) -> int:
    """As many as the Freedman-Diaconis rule says, within what can be seen."""
    if len(values) < 2 or values.min() == values.max():
        return 1
    # The rule divides by the interquartile range: one outlier asks for a million bins.
    spread = np.subtract(*np.quantile(values, [0.75, 0.25]))
    if spread == 0:
        return MAX_BINS // 2
    width = 2 * spread * len(values) ** (-1 / 3)
    return int(np.clip(np.ceil(np.ptp(values) / width), 5, MAX_BINS))


def scatter(
    table: pd.DataFrame,
    x: str,
    y: str,
    names: dict[str, str],
    *,
    colour: str | None = None,
) -> go.Figure:
    """Draw one property over another, a point for each crystal.

    Args:
        table: Predictions; the index comes back as a point's first ``customdata``.
        x: Property along the horizontal axis.
        y: Property along the vertical axis.
        names: What the axes say, with units, by key.
        colour: Property that colours the points, or None; those without it are grey.
    """
    known = table.dropna(subset=[x, y])
    plain = known if colour is None else known[known[colour].isna()]
    mark = MARK if colour is None else GREY
    figure = go.Figure(_points(plain, x, y, {"color": mark}, "") if len(plain) else [])
    if colour is not None and len(plain) < len(known):
        rows = known[known[colour].notna()]
        # Below the picture: beside it, it would take a third of a phone's width.
        bar = {
            "title": {"text": names[colour], "side": "bottom"},
            "orientation": "h",
            "thickness": 12,
            "y": -0.2,
            "yanchor": "top",
        }
        marker = {
            "color": rows[colour],
            "colorscale": _steps(VIRIDIS),
            "colorbar": bar,
        }
        figure.add_trace(_points(rows, x, y, marker, "<br>%{marker.color:.4g} (colour)"))
    figure.update_layout(
        xaxis_title=names[x], yaxis_title=names[y], margin=MARGIN, showlegend=False
    )
    return figure


def _points(
    rows: pd.DataFrame, x: str, y: str, marker: dict[str, object], more: str
) -> go.Scatter:
    files = [as_text(_end_of(file)) for file in rows["file"]]
    return go.Scatter(
        x=rows[x],
        y=rows[y],
        mode="markers",
        marker={"size": 10, "opacity": 0.85, **marker},
        customdata=list(zip(rows.index.tolist(), rows["formula"], files, strict=True)),
        hovertemplate="<b>%{customdata[1]}</b><br>%{customdata[2]}"
        f"<br>%{{x:.4g}}, %{{y:.4g}}{more}<extra></extra>",
    )


def _end_of(name: str) -> str:
    """The end of a file's name, which says more than its beginning."""
    return name if len(name) <= _MAX_NAME else f"…{name[1 - _MAX_NAME :]}"


def as_text(string: str) -> str:
    """Escape a string from a file: Plotly reads labels as a small kind of HTML."""
    return string.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def per_element(table: pd.DataFrame, key: str | None) -> pd.DataFrame:
    """Gather predictions by the elements that the crystals contain.

    Args:
        table: Predictions.
        key: Property, or None to count crystals only.

    Returns:
        By symbol, in the order of atomic numbers, ``crystals`` that contain the element
        and, with a property, its ``mean`` over them.
    """
    known = table[table["formula"] != ""] if key is None else table.dropna(subset=[key])
    elements = known["formula"].map(lambda formula: sorted(set(_SYMBOL.findall(formula))))
    rows = known.assign(element=elements).explode("element").groupby("element")
    gathered = pd.DataFrame({"crystals": rows.size()})
    if key is not None:
        gathered["mean"] = rows[key].mean()
    return gathered.sort_index(key=lambda symbols: symbols.map(lambda s: Element(s).Z))


def element_map(
    table: pd.DataFrame, key: str | None, title: str, *, brightest: float = 1.0
) -> go.Figure:
    """Draw the periodic table, coloured by a property's mean or the number of crystals.

    Args:
        table: Predictions.
        key: Property, or None for the number of crystals.
        title: What the colour bar says, with the unit.
        brightest: Share of the elements at whose mean the colours end, so that a few
            extreme ones do not make all others look alike.
    """
    gathered = per_element(table, key)
    column = "crystals" if key is None else "mean"
    values = np.full((_ROWS, _GROUPS), np.nan)
    labels = np.full((_ROWS, _GROUPS), "", dtype=object)
    hover = labels.copy()
    for symbol, row in gathered.iterrows():
        place = grid_place(symbol)
        values[place] = row[column]
        labels[place] = f"{symbol}<br>{row[column]:.3g}"
        count = int(row["crystals"])
        crystals = "1 crystal" if count == 1 else f"{count} crystals"
        mean = "" if key is None else f"mean {row['mean']:.4g} over "
        hover[place] = f"{Element(symbol).long_name}: {mean}{crystals}"
    figure = go.Figure(
        [_other_elements(set(gathered.index)), _coloured(values, labels, hover, title)]
    )
    if key is None:
        figure.data[1].zmin = 0  # A bar that begins between two counts misleads.
        figure.data[1].zmax = max(gathered["crystals"].max(), 2)
    elif brightest < 1.0:
        figure.data[1].zmin = gathered["mean"].min()
        figure.data[1].zmax = gathered["mean"].quantile(brightest)
    figure.update_xaxes(visible=False, fixedrange=True)
    figure.update_yaxes(visible=False, fixedrange=True, autorange="reversed")
    figure.update_layout(margin=MARGIN, plot_bgcolor="rgba(0, 0, 0, 0)")
    return figure


def grid_place(symbol: str) -> tuple[int, int]:
    """Row and column, from zero, of an element in a table of 18 columns and 10 rows."""
    element = Element(symbol)
    for row, first in ((8, 57), (9, 89)):
        if first <= element.Z < first + 15:
            return row, element.Z - first + 2
    return element.row - 1, element.group - 1


def _other_elements(present: set[str]) -> go.Heatmap:
    """The faint rest of the table, which shows where the present elements stand."""
    ground = np.full((_ROWS, _GROUPS), np.nan)
    symbols = np.full((_ROWS, _GROUPS), "", dtype=object)
    for number in range(1, _LAST + 1):
        symbol = Element.from_Z(number).symbol
        if symbol not in present:
            ground[grid_place(symbol)] = 0.0
            symbols[grid_place(symbol)] = symbol
    return go.Heatmap(
        z=ground,
        text=symbols,
        texttemplate="%{text}",
        textfont={"color": GREY},
        colorscale=[[0, _FAINT], [1, _FAINT]],
        showscale=False,
        hoverinfo="skip",
        xgap=2,
        ygap=2,
    )


def _coloured(
    values: np.ndarray, labels: np.ndarray, hover: np.ndarray, title: str
) -> go.Heatmap:
    return go.Heatmap(
        z=values,
        text=labels,
        texttemplate="%{text}",
        hovertext=hover,
        hovertemplate="%{hovertext}<extra></extra>",
        hoverongaps=False,
        colorscale=_steps(VIRIDIS),
        # Below the table: beside it, it would take half the width of a phone.
        colorbar={
            "title": {"text": title, "side": "top"},
            "orientation": "h",
            "thickness": 12,
            "y": -0.02,
            "yanchor": "top",
        },
        xgap=2,
        ygap=2,
    )


def _steps(colours: Sequence[str]) -> list[list[float | str]]:
    return [[k / (len(colours) - 1), colour] for k, colour in enumerate(colours)]

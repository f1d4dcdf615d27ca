"""The flat pictures of the lesson, large enough to be projected."""

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray
from plotly.subplots import make_subplots

from crysformer.lesson.colours import CHOSEN, FAINT, angle_scale, group_colours
from crysformer.lesson.gaussians import expand_length, gaussian_centres
from crysformer.lesson.neighbourhood import Group, Neighbourhood
from crysformer.model.config import ModelConfig
from crysformer.picture.palette import VIRIDIS

_FONT = {"size": 16}
_MARGIN = {"l": 8, "r": 8, "t": 8, "b": 8}
# The middle of the scale stands out on light pages and on dark ones.
_MARK = VIRIDIS[4]
_PALE = 0.4


def shell_bars(around: Neighbourhood, shells: int) -> go.Figure:
    """Draw how many neighbours sit at which distance, for the first shells."""
    shown = around.shells[:shells]
    figure = go.Figure(
        go.Bar(
            x=[_distance(shell) for shell in shown],
            y=[len(shell) for shell in shown],
            marker_color=group_colours(range(len(shown))),
            text=[f"{len(shell)} {shell.symbols}" for shell in shown],
            textposition="inside",
            textangle=0,
            hovertemplate="%{text} at %{x}<extra></extra>",
        )
    )
    # Room for the shells to come keeps the bars where they are.
    room = [-0.5, max(len(around.shells), 3) - 0.5]
    figure.update_xaxes(title="Distance of the shell", type="category", range=room)
    figure.update_yaxes(title="Neighbours", dtick=_whole_step(max(map(len, shown))))
    return _dressed(figure)


def line_graph(around: Neighbourhood, place: int, *, dark: bool = False) -> go.Figure:
    """Draw the bonds of one atom as nodes and the angles between them as edges.

    Args:
        around: The atom and its bonds.
        place: The bond whose edges are coloured by their angles.
        dark: Whether the page is dark.
    """
    count = len(around)
    turn = np.pi / 2 - 2 * np.pi * np.arange(count) / count
    x, y = np.cos(turn), np.sin(turn)
    figure = go.Figure(_faint_edges(x, y, place))
    colours = angle_scale(dark).colours(around.angles[place])
    for other in np.delete(np.arange(count), place):
        figure.add_scatter(
            x=[x[place], x[other]],
            y=[y[place], y[other]],
            mode="lines",
            line={"color": colours[other], "width": 3},
            hoverinfo="skip",
        )
    nodes = group_colours(around.kind_of)
    nodes[place] = CHOSEN
    angles = [f"<br>angle {angle:.1f}°" for angle in around.angles[place]]
    angles[place] = "<br>the picked bond"
    hover = [f"{around.bond_text(k)}{angles[k]}" for k in range(count)]
    figure.add_scatter(
        x=x,
        y=y,
        mode="markers+text",
        marker={"size": 30 if count <= 20 else 22, "color": nodes, "opacity": 1},
        text=[str(k + 1) for k in range(count)],
        textfont={"size": 15 if count <= 20 else 12, "color": "#111111"},
        hovertext=hover,
        hovertemplate="%{hovertext}<extra></extra>",
    )
    hidden = {"visible": False, "range": [-1.2, 1.2], "fixedrange": True}
    figure.update_layout(xaxis=hidden, yaxis=hidden | {"scaleanchor": "x"})
    return _dressed(figure)


def _faint_edges(x: NDArray, y: NDArray, place: int) -> go.Scatter:
    """Every pair of bonds without the picked one, as one trace of separate lines."""
    first, second = np.triu_indices(len(x), 1)
    kept = (first != place) & (second != place)
    gap = np.full(int(kept.sum()), np.nan)
    first, second = first[kept], second[kept]
    return go.Scatter(
        x=np.stack([x[first], x[second], gap], axis=1).ravel(),
        y=np.stack([y[first], y[second], gap], axis=1).ravel(),
        mode="lines",
        line={"color": FAINT, "width": 1},
        hoverinfo="skip",
    )


def gaussian_bars(length: float, config: ModelConfig) -> go.Figure:
    """Draw the numbers that stand for one length, and the length itself."""
    numbers, marks = expand_length(length, config), gaussian_centres(config)
    figure = go.Figure(
        go.Bar(
            x=np.arange(1, len(numbers) + 1),
            y=numbers,
            marker_color=_MARK,
            customdata=marks,
            hovertemplate="number %{x}, mark at %{customdata:.3f} Å: %{y:.4f}"
            "<extra></extra>",
        )
    )
    place = 1 + length / (marks[1] - marks[0])
    figure.add_vline(
        x=place,
        line={"color": "#E69F00", "width": 3, "dash": "dot"},
    )
    figure.update_xaxes(title=f"Which of the {len(numbers)} numbers", dtick=8, tick0=8)
    figure.update_yaxes(title="Value", range=[0, 1.05])
    return _dressed(figure)


def softmax_bars(
    around: Neighbourhood, score: NDArray, attention: NDArray, place: int
) -> go.Figure:
    """Draw scores above and the weights that softmax makes of them below.

    Args:
        around: The atom and its bonds.
        score: Of each bond, (bonds,).
        attention: Weight of each bond, (bonds,).
        place: The picked bond; bars of its kind stand out.
    """
    figure = make_subplots(rows=2, shared_xaxes=True, vertical_spacing=0.1)
    colours = group_colours(around.kind_of)
    same = around.kind_of == around.kind_of[place]
    x = np.arange(1, len(around) + 1)
    hover = [around.bond_text(k) for k in range(len(around))]
    for row, values, form in ((1, score, ".4f"), (2, 100 * attention, ".2f")):
        figure.add_bar(
            x=x,
            y=values,
            marker={"color": colours, "opacity": np.where(same, 1.0, _PALE)},
            hovertext=hover,
            hovertemplate=f"bond %{{x}}: %{{y:{form}}}<br>%{{hovertext}}<extra></extra>",
            row=row,
            col=1,
        )
    figure.add_hline(
        y=100 / len(around), row=2, col=1, line={"dash": "dot", "color": CHOSEN}
    )
    figure.update_xaxes(title="Bond, nearest first", row=2, col=1, dtick=_step(len(x)))
    figure.update_yaxes(rangemode="tozero", nticks=4)
    figure.update_yaxes(title="Score", row=1)
    figure.update_yaxes(title="Weight (%)", row=2)
    return _dressed(figure)


def gate_bars(gate: NDArray) -> go.Figure:
    """Draw the gates of one bond and one head, (width,)."""
    colours = np.where(gate >= 0, "#0A84C6", "#D55E00")
    figure = go.Figure(
        go.Bar(
            x=np.arange(1, len(gate) + 1),
            y=gate,
            marker_color=colours,
            hovertemplate="gate %{x}: %{y:.3f}<extra></extra>",
        )
    )
    figure.update_xaxes(title=f"Which of the {len(gate)} gates", dtick=_step(len(gate)))
    figure.update_yaxes(title="Gate", range=[-1.05, 1.05], tickvals=[-1, -0.5, 0, 0.5, 1])
    return _dressed(figure)


def block_lines(around: Neighbourhood, attention: NDArray, block: int) -> go.Figure:
    """Draw the weight of one bond of each kind from block to block.

    Args:
        around: The atom and its bonds.
        attention: Weights, (bonds, blocks).
        block: The block to mark, counted from zero.
    """
    blocks = np.arange(1, attention.shape[1] + 1)
    figure = go.Figure()
    figure.add_vline(x=block + 1, line={"color": FAINT, "width": 26})
    figure.add_hline(y=100 / len(around), line={"dash": "dot", "color": CHOSEN})
    for kind, colour in zip(
        around.kinds, group_colours(range(len(around.kinds))), strict=True
    ):
        figure.add_scatter(
            x=blocks,
            y=100 * attention[kind.members[0]],
            mode="lines+markers",
            name=kind.text,
            line={"color": colour, "width": 3},
            marker={"size": 11},
            hovertemplate="block %{x}: %{y:.2f} %<extra>%{fullData.name}</extra>",
        )
    figure.update_xaxes(title="Block", dtick=1, range=[0.6, len(blocks) + 0.4])
    figure.update_yaxes(title="Weight of one bond (%)", rangemode="tozero")
    few = len(around.kinds) <= 4
    legend = {"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0, "font": _FONT}
    return _dressed(figure).update_layout(showlegend=few, legend=legend)


def stretch_curve(
    stretches: NDArray, values: NDArray, interval: tuple[float, float], title: str
) -> go.Figure:
    """Draw a property over a stretch of the cell, and how sure the answer is.

    Args:
        stretches: Of every edge, percent.
        values: Predictions.
        interval: Ends of the range to expect without a stretch.
        title: What the axis says, with the unit.
    """
    figure = go.Figure()
    now = values[np.flatnonzero(stretches == 0)[0]]
    figure.add_scatter(
        x=stretches,
        y=values,
        mode="lines+markers",
        line={"color": _MARK, "width": 3},
        marker={"size": 9},
        hovertemplate="%{x:+g} %: %{y:.4g}<extra></extra>",
    )
    figure.add_scatter(
        x=[0],
        y=[now],
        # For the crystal as it is alone: no error was ever measured on stretched ones.
        error_y={
            "array": [interval[1] - now],
            "arrayminus": [now - interval[0]],
            "color": "#E69F00",
            "thickness": 3,
            "width": 10,
        },
        mode="markers",
        marker={"size": 18, "color": "#E69F00", "symbol": "diamond"},
        hovertemplate="as it is: %{y:.4g}<extra></extra>",
    )
    figure.update_xaxes(
        title="Stretch of every edge (%)", tickvals=stretches, ticktext=_signed(stretches)
    )
    figure.update_yaxes(title=title)
    return _dressed(figure)


def kind_bars(around: Neighbourhood, attention: NDArray) -> go.Figure:
    """Draw the weight of each single bond, coloured by kind, (bonds,)."""
    figure = go.Figure(
        go.Bar(
            x=np.arange(1, len(around) + 1),
            y=100 * attention,
            marker_color=group_colours(around.kind_of),
            hovertext=[around.bond_text(k) for k in range(len(around))],
            hovertemplate="bond %{x}: %{y:.4f} %<br>%{hovertext}<extra></extra>",
        )
    )
    figure.update_xaxes(title="Bond, nearest first", dtick=_step(len(around)))
    figure.update_yaxes(title="Weight (%)", rangemode="tozero")
    return _dressed(figure)


def _dressed(figure: go.Figure) -> go.Figure:
    """Give a figure the lesson's large letters and no spare room."""
    figure.update_layout(font=_FONT, margin=_MARGIN, showlegend=False, bargap=0.15)
    figure.update_xaxes(title_font=_FONT, tickfont=_FONT, automargin=True)
    figure.update_yaxes(title_font=_FONT, tickfont=_FONT, automargin=True)
    return figure


def _signed(percents: NDArray) -> list[str]:
    return [f"{percent:+.0f}" if percent else "0" for percent in percents]


def _distance(shell: Group) -> str:
    return f"{shell.length:.3f} Å"


def _step(count: int) -> int:
    return 1 if count <= 12 else 2 if count <= 24 else 4


def _whole_step(highest: int) -> int:
    return 1 if highest <= 6 else 2 if highest <= 12 else 4

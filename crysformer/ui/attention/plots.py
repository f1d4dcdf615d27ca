"""Plots beside the attention picture: blocks by heads, weights against lengths."""

from typing import TYPE_CHECKING

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from crysformer.attention.reduce import (
    BOTH,
    Choice,
    Measure,
    Module,
    bond_values_per_head,
    values_per_head,
    weights_of,
)
from crysformer.attention.statistics import effective_neighbours, lift
from crysformer.figures.attention import head_map, length_plot
from crysformer.picture.palette import Scale
from crysformer.ui.attention.controls import AttentionSettings, Graph
from crysformer.ui.attention.head import choose_head
from crysformer.ui.session import answers, state

if TYPE_CHECKING:
    from crysformer.attention.weights import BondAttention, PairAttention

_MAP, _LENGTHS = "head_map", "length_plot"


def head_maps(
    attention: "BondAttention",
    settings: AttentionSettings,
    bond: int | None,
) -> None:
    """Show a number for each block and head; a click on one shows it in the picture.

    Args:
        attention: All weights on its bonds.
        settings: What was chosen.
        bond: The selected bond, whose lift is shown then.
    """
    maps, caption = _head_numbers(attention, settings, bond)
    choice = settings.choice
    values = np.concatenate([numbers.ravel() for numbers in maps.values()])
    dark = st.context.theme.type == "dark"
    if bond is not None and settings.graph != Graph.LINE:
        scale = Scale.fit(values, "lift", dark=dark)
    else:
        scale = Scale("sequential", values.min() - 1e-9, values.max() + 1e-9, dark)
    with st.container(horizontal=True, gap="small"):
        for module, numbers in maps.items():
            here = settings.side_by_side or choice.module in (module, Module.DIFFERENCE)
            st.plotly_chart(
                head_map(
                    numbers,
                    module,
                    scale,
                    (choice.block, choice.head) if here else None,
                    first=module == BOTH[0],
                ),
                width="content",
                key=f"{_MAP}_{module}",
                on_select=lambda module=module: _take_head(module, settings),
                selection_mode="points",
                config={"displayModeBar": False},
                alt=f"{caption} {module} attention, blocks by heads.",
            )
    st.caption(f"{caption} Click a square to see it; click it again for all.")


def _head_numbers(
    attention: "BondAttention",
    settings: AttentionSettings,
    bond: int | None,
) -> tuple[dict[Module, NDArray[np.float64]], str]:
    """One number for each block and head of both modules, and what it is."""
    if settings.graph == Graph.LINE:
        pairs, row = answers.pair_attention(), bond or 0
        rows = pairs.bond == row
        number = {
            module: effective_neighbours(
                weights_of(pairs, module)[rows], np.zeros(rows.sum(), dtype=int)
            )[0]
            for module in BOTH
        }
        return number, "Effective number of bonds that the selected bond attends to."
    weights = {module: weights_of(attention, module) for module in BOTH}
    if bond is not None:
        labels = attention.graph.labels
        name = f"{labels[attention.bonds.i[bond]]} → {labels[attention.bonds.j[bond]]}"
        lifts = {m: lift(w, attention.bonds.degree)[bond] for m, w in weights.items()}
        return lifts, f"Lift of the selected bond {name} (1 is an even share)."
    number = {
        module: effective_neighbours(w, attention.bonds.i).mean(axis=0)
        for module, w in weights.items()
    }
    return number, "Effective neighbours, mean over atoms: few means focused attention."


def _take_head(module: Module, settings: AttentionSettings) -> None:
    points = st.session_state[f"{_MAP}_{module}"].selection.points
    if not points:
        choose_head(None, None)
        return
    _, block, head = points[0]["customdata"]
    # Beside each other both modules are seen anyway.
    choose_head(int(block), int(head), None if settings.side_by_side else module)


def length_plots(
    attention: "BondAttention",
    settings: AttentionSettings,
    bond: int | None,
) -> None:
    """Show attention against bond length; chosen points light their bonds.

    Args:
        attention: All weights on its bonds.
        settings: What was chosen.
        bond: The bond that attends, on the line graph: angles take the place of lengths.
    """
    choice = settings.choice
    labels = attention.graph.labels
    if settings.graph == Graph.LINE:
        _angles(answers.pair_attention(), attention, labels, settings, bond or 0)
        return
    # Equal bonds are one point: the first bond of each orbit stands for all.
    rows = np.unique(attention.bonds.orbit, return_index=True)[1]
    names = [
        f"{labels[attention.bonds.i[row]]} → {labels[attention.bonds.j[row]]}"
        f" ×{attention.bonds.multiplicity[row]}"
        for row in rows
    ]
    figure = length_plot(
        attention.bonds.length[rows],
        bond_values_per_head(attention, choice)[rows],
        attention.bonds.orbit[rows].tolist(),
        names,
        x_title="Bond length (Å)",
        y_title=f"{choice.measure}, {choice.module.lower()}",
        even=_even(choice),
    )
    orbit = attention.bonds.orbit

    def take_points() -> None:
        points = st.session_state[_LENGTHS].selection.points
        chosen = {int(point["customdata"][0]) for point in points}
        state.light(np.flatnonzero(np.isin(orbit, list(chosen))).tolist())

    _plot(figure, take_points, "Attention against bond length, one mark for each head")
    where = "mean over blocks" if choice.block is None else f"block {choice.block + 1}"
    st.caption(
        f"Every head, {where}; equal bonds are one point. Click a point, or several with "
        "Shift, to highlight their bonds in the picture."
    )


def _angles(
    pairs: "PairAttention",
    attention: "BondAttention",
    labels: list[str],
    settings: AttentionSettings,
    bond: int,
) -> None:
    choice, rows = settings.choice, np.flatnonzero(pairs.bond == bond)
    other = pairs.other[rows]
    values = values_per_head(pairs.cross[rows], pairs.conditional[rows], choice)
    if choice.measure == Measure.LIFT:
        values = values * len(rows)
    figure = length_plot(
        pairs.angle_deg[rows],
        values,
        other.tolist(),
        [
            f"to {labels[attention.bonds.j[row]]}, {attention.bonds.length[row]:.3f} Å"
            for row in other
        ],
        x_title="Angle with the bond attended to (°)",
        y_title=f"{choice.measure}, {choice.module.lower()}",
        even=_even(choice),
    )
    _plot(figure, "ignore", "Attention against angle, one mark for each head")
    st.caption("Which bonds the selected bond attends to, by the angle between them.")


def _even(choice: Choice) -> float | None:
    """The number that means an even share, where one does."""
    lifted = choice.measure == Measure.LIFT and choice.module != Module.DIFFERENCE
    return 1.0 if lifted else None


def _plot(figure: object, on_select: object, alt: str) -> None:
    st.plotly_chart(
        figure,
        key=_LENGTHS if callable(on_select) else None,
        on_select=on_select,
        selection_mode="points",
        config={"displayModeBar": False, "scrollZoom": False},
        alt=alt,
    )

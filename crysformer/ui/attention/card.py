"""The card of the selected bond: its numbers, its effect, and its blocks and heads."""

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from crysformer import faithfulness, figures
from crysformer.attention.reduce import (
    BOTH,
    Measure,
    Module,
    bond_values,
    weights_of,
)
from crysformer.attention.statistics import lift
from crysformer.picture.palette import Scale, ink
from crysformer.ui.attention import cached
from crysformer.ui.attention.controls import AttentionSettings, Graph
from crysformer.ui.session import answers, state
from crysformer.ui.session.numbers import fixed, signed
from crysformer.ui.session.text import plain

if TYPE_CHECKING:
    from crysformer.attention.weights import BondAttention

_CELL = "width:2.1rem;height:1.35rem;text-align:center;padding:0;border:0"


def bond_card(
    attention: "BondAttention", settings: AttentionSettings, bond: int | None
) -> None:
    """Show everything about the selected bond, or how to select one.

    Args:
        attention: All weights on its bonds.
        settings: What was chosen.
        bond: Id of the selected bond.
    """
    if bond is None:
        st.caption("Click a bond in the picture, or a row, to see all about it.")
        return
    bonds, labels = attention.bonds, attention.graph.labels
    image = " ".join(map(str, bonds.image[bond].tolist())).replace("-", "−")
    with st.container(border=True, gap="small"):
        head = st.container(horizontal=True, vertical_alignment="center")
        head.markdown(
            f"**{labels[bonds.i[bond]]} → {labels[bonds.j[bond]]}** :small[({image})]"
        )
        if settings.graph != Graph.LINE:
            head.button(
                "",
                icon=":material/close:",
                help="Select nothing",
                type="tertiary",
                on_click=state.select,
                args=(None, state.selected_site()),
            )
        numbers, maps = st.columns([1, 1], gap="small", vertical_alignment="top")
        with numbers:
            _numbers(attention, settings, bond)
        with maps:
            _maps(attention, settings, bond)
        _effect(attention, bond)


def _numbers(attention: "BondAttention", settings: AttentionSettings, bond: int) -> None:
    bonds = attention.bonds
    choice = settings.choice
    if choice.module == Module.DIFFERENCE:
        choice = replace(choice, module=Module.CROSS)
    weight, lifted = (
        bond_values(attention, replace(choice, measure=measure))
        for measure in (Measure.WEIGHT, Measure.LIFT)
    )
    back = int(bonds.reverse[bond])
    reverse = "does not attend back" if back < 0 else f"{lifted[back]:.2f}"
    rows = {
        "Length": f"{bonds.length[bond]:.3f} Å",
        "Equal bonds": f"×{bonds.multiplicity[bond]} of {bonds.degree[bond]}",
        "Weight": f"{weight[bond]:.4f}",
        "Lift": f"{lifted[bond]:.2f}",
        "Reverse lift": reverse,
    }
    st.markdown("  \n".join(f":small[{name}] **{text}**" for name, text in rows.items()))
    if settings.side_by_side or settings.choice.module == Module.DIFFERENCE:
        st.caption("Of cross-attention.")


def _maps(attention: "BondAttention", settings: AttentionSettings, bond: int) -> None:
    """Lift of the bond in every block and head, as a small coloured table."""
    module = settings.choice.module
    both = settings.side_by_side or module == Module.DIFFERENCE
    found = {
        each: lift(weights_of(attention, each), attention.bonds.degree)[bond]
        for each in (BOTH if both else (module,))
    }
    dark = st.context.theme.type == "dark"
    scale = Scale.fit(np.concatenate(list(found.values())), "lift", dark=dark)
    for each, numbers in found.items():
        st.html(_map(each, numbers, scale))


def _map(module: Module, numbers: NDArray[np.float64], scale: Scale) -> str:
    """Blocks by heads; numbers and our own words alone."""
    head = "".join(
        f'<th style="{_CELL};font-weight:400">{k + 1}</th>'
        for k in range(numbers.shape[1])
    )
    rows = []
    for block, values in enumerate(numbers):
        cells = "".join(
            f'<td style="{_CELL};background:{colour};color:{ink(colour)}">'
            f"{fixed(value, 1)}</td>"
            for value, colour in zip(values, scale.colours(values), strict=True)
        )
        rows.append(
            f'<tr><th style="{_CELL};font-weight:400">{block + 1}</th>{cells}</tr>'
        )
    title = f"Lift, {module.lower()}: block ↓, head →"
    return (
        f'<table style="font-size:0.75rem;border-collapse:separate;border-spacing:2px">'
        f'<caption style="text-align:left;opacity:.75">{title}</caption>'
        f"<tr><td></td>{head}</tr>{''.join(rows)}</table>"
    )


def _effect(attention: "BondAttention", bond: int) -> None:
    """What the prediction loses without the bond, its equals and their reverses."""
    orbits = faithfulness.orbits.find_orbits(attention.bonds)
    orbit = int(orbits.of_bond[bond])
    key = chosen_property()
    change = cached.effect(orbits.rows(orbit), key)
    name, _, unit = figures.crystals.titles([key])[key].rpartition(" (")
    text = f"{signed(change)} {unit.removesuffix(')')}" if name else signed(change)
    equals = int(orbits.count[orbit]) - 1
    label = name or unit
    st.markdown(
        f":small[Removed, with the {equals} directed bonds equal or reverse to it: "
        f"{plain(label[:1].lower() + label[1:])} **{text}**]"
    )


def chosen_property() -> str:
    """Key of the property that effects are told of."""
    columns = faithfulness.tables.output_columns(answers.predictor().checkpoint.scalings)
    key = st.session_state.get(state.EFFECT)
    return key if key in columns else next(iter(columns))

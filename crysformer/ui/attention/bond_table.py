"""The table of bonds beside the picture: a click in one selects in the other."""

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import streamlit as st

from crysformer import attention
from crysformer.attention.bond_picture import Picture, independent
from crysformer.attention.reduce import Choice, Module
from crysformer.ui.attention.controls import AttentionSettings, Graph
from crysformer.ui.session import answers, state
from crysformer.ui.session.numbers import fixed

if TYPE_CHECKING:
    import pandas as pd
    from pandas.io.formats.style import Styler

_BOND_TABLE = "bond_table"
_MAX_WRITTEN = 15_000
"""Cells that are written one by one: for as many, pandas takes half a second."""
_COLUMNS = (
    *("Pair", "Equal", "Image", "Length", "Angle"),
    *("Value", "Second", "Reverse", "Asymmetry"),
)
# One bond has an image; a kind of bonds has a number.
_HIDDEN = {True: "Equal", False: "Image"}


def linked_bond_table(
    shown: list[Picture],
    settings: AttentionSettings,
    bond: int | None,
    site: int | None,
) -> None:
    """Show bonds; a clicked row becomes the selected bond, and the other way round.

    Args:
        shown: Whose table to show; a second picture adds a column.
        settings: What the numbers are.
        bond: Id of the selected bond.
        site: Index of the atom whose bonds alone are listed, or None for all.
    """
    whole = shown[0].table
    if len(shown) > 1:
        second = shown[1].table.set_index("Bond")["Value"]
        whole = whole.assign(Second=whole["Bond"].map(second))
    bar = st.container(horizontal=True, vertical_alignment="center")
    what = f" of {whole['From'].iloc[0]}" if site is not None else ""
    bar.markdown(f"**{len(independent(whole))} independent bonds**{what}")
    every = bar.toggle(f"All {len(whole)}", key=state.ALL_BONDS, bind="query-params")
    table = whole if every else independent(whole)

    def take_row() -> None:
        picked = st.session_state[_BOND_TABLE].selection.rows
        if not picked:
            return state.select(None, site)
        row = table.iloc[picked[0]]
        equal = whole["Bond"][whole["Orbit"] == row["Orbit"]]
        return state.select(int(row["Bond"]), site, () if every else equal.tolist())

    rows = _rows_of(bond, table, whole)
    st.session_state[_BOND_TABLE] = {
        "selection": {"rows": rows, "columns": [], "cells": []}
    }
    if site is not None and settings.graph != Graph.LINE:
        bar.button("Show all atoms", on_click=state.select, args=(bond, None))
    with bar:
        _downloads(table, settings)
    written = table.size <= _MAX_WRITTEN
    paired = table.assign(Pair=table["From"] + " → " + table["To"])
    st.dataframe(
        _written(paired) if written else paired,
        key=_BOND_TABLE,
        hide_index=True,
        height=min(330, 37 + 35 * len(table)),
        on_select=take_row,
        selection_mode="single-row",
        placeholder="–",
        column_order=[name for name in _COLUMNS if name != _HIDDEN[every]],
        column_config=_bond_columns(
            settings, side_by_side=len(shown) > 1, written=written
        ),
        alt="Directed bonds with their attention",
    )
    if settings.graph != Graph.LINE and (table["Reverse"].isna()).any():
        st.caption("Where Reverse is empty, the neighbour does not attend back.")


def _written(table: "pd.DataFrame") -> "Styler":
    """Numbers with a true minus, to be sorted by their values all the same."""
    plain = [name for name in ("Value", "Second", "Reverse") if name in table]
    style = table.style.format(partial(fixed, digits=3), subset=plain)
    if "Asymmetry" in table:
        signed = partial(fixed, digits=3, sign="+")
        style = style.format(signed, subset=["Asymmetry"])
    return style


def _rows_of(bond: int | None, table: "pd.DataFrame", whole: "pd.DataFrame") -> list[int]:
    """Where the selected bond, or one that is equal to it, stands in the table."""
    orbits = whole["Orbit"][whole["Bond"] == bond]
    if orbits.empty:
        return []
    own = table.index[table["Bond"] == bond]
    return (own if len(own) else table.index[table["Orbit"] == orbits.iloc[0]]).tolist()


def _downloads(table: "pd.DataFrame", settings: AttentionSettings) -> None:
    """Offer the table, and all weights of both modules, blocks and heads."""
    name = answers.formula()
    line = settings.graph == Graph.LINE
    everything = (
        (lambda: attention.export.pair_frame(answers.pair_attention()))
        if line
        else (lambda: attention.export.bond_frame(answers.bond_attention()))
    )

    def document() -> str:
        model = answers.predictor().name
        if line:
            return attention.export.pair_json(answers.pair_attention(), name, model)
        return attention.export.bond_json(answers.bond_attention(), name, model)

    with st.popover("", icon=":material/download:", width="content", help="Download"):
        _file(
            "This table, CSV",
            lambda: _csv(
                table.drop(columns="Orbit").rename(
                    columns=_in_full(settings.choice, table)
                )
            ),
            f"{name}-bonds.csv",
        )
        _file(
            "All weights, CSV",
            lambda: _csv(everything()),
            f"{name}-{'pairs' if line else 'attention'}.csv",
        )
        _file(
            "All weights, JSON",
            lambda: document().encode(),
            f"{name}-{'pairs' if line else 'attention'}.json",
        )


def _file(label: str, content: Any, name: str) -> None:
    kind = "application/json" if name.endswith(".json") else "text/csv"
    st.download_button(
        label, content, file_name=name, mime=kind, on_click="ignore", width="stretch"
    )


def _csv(table: "pd.DataFrame") -> bytes:
    return table.to_csv(index=False).encode()


def _in_full(choice: Choice, table: "pd.DataFrame") -> dict[str, str]:
    """Column names that say what their numbers are, for a table on its own."""
    shown = {"Value": choice}
    if "Second" in table:
        shown = {
            "Value": replace(choice, module=Module.CROSS),
            "Second": replace(choice, module=Module.CONDITIONAL),
        }
    return {name: f"{each.title}, {each.part}" for name, each in shown.items()}


def _bond_columns(
    settings: AttentionSettings, *, side_by_side: bool, written: bool
) -> dict[str, Any]:
    choice, line = settings.choice, settings.graph == Graph.LINE
    number, text = st.column_config.NumberColumn, st.column_config.TextColumn
    weight, signed = (None, None) if written else ("%.3f", "%+.3f")
    return {
        "Pair": text("Bond", width=80, help="The centre and the atom it attends to"),
        "Equal": number(
            "×",
            format="×%d",
            width=38,
            help="Equal bonds that this bond meets, each with this number"
            if line
            else "Equal bonds of the same centre, each with this number",
        ),
        "Image": text(
            "Image", width=55, help="Cell of the neighbour, in lattice vectors"
        ),
        "Angle": number("Angle (°)", format="%.1f", width=70),
        "Length": number("Å", format="%.3f", width=50, help="Length of the bond"),
        "Value": number(
            Module.CROSS if side_by_side else choice.measure,
            format=weight,
            width=52,
            help=choice.title,
        ),
        "Second": number(Module.CONDITIONAL, format=weight, width=76, help=choice.title),
        "Reverse": number(
            "Reverse", format=weight, width=58, help="The value of the reverse bond"
        ),
        "Asymmetry": number(
            "Δ",
            format=signed,
            width=56,
            help="The value minus that of the reverse bond",
        ),
    }

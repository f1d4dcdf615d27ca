"""The table of bonds beside the picture: a click in one selects in the other."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import streamlit as st

from crysformer import attention
from crysformer.attention.bond_picture import Picture
from crysformer.attention.reduce import Choice, Module
from crysformer.ui.attention.controls import AttentionSettings, Graph
from crysformer.ui.session import answers, state

if TYPE_CHECKING:
    import pandas as pd

_BOND_TABLE = "bond_table"
_COLUMNS = ("Pair", "Image", "Length", "Angle", "Value", "Second", "Reverse", "Asymmetry")


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
    table = shown[0].table
    if len(shown) > 1:
        second = shown[1].table.set_index("Bond")["Value"]
        table = table.assign(Second=table["Bond"].map(second))

    def take_row() -> None:
        picked = st.session_state[_BOND_TABLE].selection.rows
        state.select(int(table["Bond"].iloc[picked[0]]) if picked else None, site)

    rows = table.index[table["Bond"] == bond].tolist()
    st.session_state[_BOND_TABLE] = {
        "selection": {"rows": rows, "columns": [], "cells": []}
    }
    bar = st.container(horizontal=True, vertical_alignment="center")
    bar.markdown(f"**{shown[0].heading}**")
    if site is not None and settings.graph != Graph.LINE:
        bar.button("Show all atoms", on_click=state.select, args=(bond, None))
    with bar:
        _downloads(table, settings)
    if rows:
        bar.caption(f"Selected: {_in_words(table.iloc[rows[0]])}, row {rows[0] + 1}")
    st.dataframe(
        table.assign(Pair=table["From"] + " → " + table["To"]),
        key=_BOND_TABLE,
        hide_index=True,
        height=330,
        on_select=take_row,
        selection_mode="single-row",
        placeholder="–",
        column_order=_COLUMNS,
        column_config=_bond_columns(settings.choice, side_by_side=len(shown) > 1),
        alt="Directed bonds with their attention",
    )
    if settings.graph != Graph.LINE and (table["Reverse"].isna()).any():
        st.caption("Where Reverse is empty, the neighbour does not attend back.")


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

    with st.popover("Download", icon=":material/download:", width="content"):
        _file(
            "This table, CSV",
            lambda: _csv(table.rename(columns=_in_full(settings.choice, table))),
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


def _in_words(row: "pd.Series") -> str:
    return f"{row['From']} → {row['To']} ({row['Image']}), {row['Length']:.3f} Å"


def _bond_columns(choice: Choice, *, side_by_side: bool) -> dict[str, Any]:
    number, text = st.column_config.NumberColumn, st.column_config.TextColumn
    return {
        "Pair": text("Bond", width=88, help="The centre and the atom it attends to"),
        "Image": text(
            "Image", width=55, help="Cell of the neighbour, in lattice vectors"
        ),
        "Angle": number("Angle (°)", format="%.1f", width=70),
        "Length": number("Å", format="%.3f", width=50, help="Length of the bond"),
        "Value": number(
            Module.CROSS if side_by_side else choice.measure,
            format="%.4f",
            width=58,
            help=choice.title,
        ),
        "Second": number(Module.CONDITIONAL, format="%.4f", width=76, help=choice.title),
        "Reverse": number(
            "Reverse", format="%.4f", width=62, help="The value of the reverse bond"
        ),
        "Asymmetry": number(
            "Asymmetry",
            format="%+.4f",
            width=80,
            help="The value minus that of the reverse bond",
        ),
    }

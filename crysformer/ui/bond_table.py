"""The table of bonds beside the picture: a click in one selects in the other."""

from typing import TYPE_CHECKING, Any

import streamlit as st

from crysformer.attention_scene import Choice, Picture
from crysformer.ui import state
from crysformer.ui.attention_controls import LINE, AttentionSettings

if TYPE_CHECKING:
    import pandas as pd

_BOND_TABLE = "bond_table"
_COLUMNS = ("Pair", "Image", "Length", "Angle", "Value", "Reverse", "Asymmetry")


def linked_bond_table(
    shown: Picture,
    settings: AttentionSettings,
    bond: int | None,
    site: int | None,
) -> None:
    """Show bonds; a clicked row becomes the selected bond, and the other way round.

    Args:
        shown: Whose table to show.
        settings: What the numbers are.
        bond: Id of the selected bond.
        site: Index of the atom whose bonds alone are listed, or None for all.
    """
    table = shown.table

    def take_row() -> None:
        picked = st.session_state[_BOND_TABLE].selection.rows
        state.select(int(table["Bond"].iloc[picked[0]]) if picked else None, site)

    rows = table.index[table["Bond"] == bond].tolist()
    st.session_state[_BOND_TABLE] = {
        "selection": {"rows": rows, "columns": [], "cells": []}
    }
    bar = st.container(horizontal=True, vertical_alignment="center")
    bar.markdown(f"**{shown.heading}**")
    if site is not None and settings.graph != LINE:
        bar.button("Show all atoms", on_click=state.select, args=(bond, None))
    bar.download_button(
        "CSV",
        lambda: table.to_csv(index=False).encode(),
        file_name="bonds.csv",
        mime="text/csv",
        icon=":material/download:",
        on_click="ignore",
    )
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
        column_config=_bond_columns(settings.choice),
        alt="Directed bonds with their attention",
    )


def _in_words(row: "pd.Series") -> str:
    return f"{row['From']} → {row['To']} ({row['Image']}), {row['Length']:.3f} Å"


def _bond_columns(choice: Choice) -> dict[str, Any]:
    number, text = st.column_config.NumberColumn, st.column_config.TextColumn
    return {
        "Pair": text("Bond", width=88, help="The centre and the atom it attends to"),
        "Image": text(
            "Image", width=55, help="Cell of the neighbour, in lattice vectors"
        ),
        "Angle": number("Angle (°)", format="%.1f", width=70),
        "Length": number("Å", format="%.3f", width=50, help="Length of the bond"),
        "Value": number(choice.measure, format="%.4f", width=58, help=choice.title),
        "Reverse": number(
            "Reverse", format="%.4f", width=62, help="The number of the reverse bond"
        ),
        "Asymmetry": number(
            "Asymmetry",
            format="%+.4f",
            width=80,
            help="The number minus that of the reverse bond",
        ),
    }

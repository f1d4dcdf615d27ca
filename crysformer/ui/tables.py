"""Tables that pages share."""

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from crysformer.attention_scene import Choice
from crysformer.facts import Facts
from crysformer.properties import PROPERTIES
from crysformer.ui import state
from crysformer.ui.attention_controls import LINE, AttentionSettings

_BOND_TABLE = "bond_table"


def fact_table(facts: Facts) -> None:
    """Show what is known of a crystal without a model."""
    st.dataframe(
        pd.DataFrame(facts.rows(), columns=["Fact", "Value"]),
        hide_index=True,
        height="content",
        alt="Symmetry and cell of the crystal",
    )


def property_tables(values: Mapping[str, float], errors: Mapping[str, float]) -> None:
    """Show predicted properties, one table for each source of the training labels.

    Args:
        values: Predictions by property key, in the property's unit.
        errors: Mean absolute validation errors, same keys and units.
    """
    for source in dict.fromkeys(PROPERTIES[key].source for key in values):
        keys = [key for key in values if PROPERTIES[key].source == source]
        st.markdown(f"##### {source}")
        st.dataframe(
            pd.DataFrame(
                [_property_row(key, values[key], errors.get(key)) for key in keys]
            ),
            hide_index=True,
            height="content",
            placeholder="–",
            column_config=_property_columns(),
            alt=f"Predicted properties, {source}",
        )
    cut = [key for key in values if PROPERTIES[key].non_negative and values[key] < 0]
    for key in cut:
        item = PROPERTIES[key]
        st.caption(
            f"{item.label}: the model says {values[key]:.3g} {item.unit}; "
            "it cannot be negative and is shown as 0."
        )


def _property_row(key: str, value: float, error: float | None) -> dict[str, str]:
    item = PROPERTIES[key]
    return {
        "Property": item.label,
        "Value": f"{max(value, 0.0) if item.non_negative else value:.4g}",
        "Unit": item.unit,
        "Error": "–" if error is None else f"{error:.2g}",
    }


def _property_columns() -> dict[str, Any]:
    text = st.column_config.TextColumn
    return {
        "Property": text(width=212),
        "Value": text(width=70, alignment="right"),
        "Unit": text(width=88),
        "Error": text(
            width=65,
            alignment="right",
            help="Mean absolute error over the validation set, in the same unit",
        ),
    }


def linked_bond_table(
    table: pd.DataFrame, settings: AttentionSettings, bond: int | None, site: int | None
) -> None:
    """Show bonds; a clicked row becomes the selected bond, and the other way round.

    Args:
        table: Of an ``attention_scene.Picture``.
        settings: What the numbers are.
        bond: Id of the selected bond.
        site: Index of the atom whose bonds alone are listed, or None for all.
    """

    def take_row() -> None:
        picked = st.session_state[_BOND_TABLE].selection.rows
        state.select(int(table["Bond"].iloc[picked[0]]) if picked else None, site)

    rows = table.index[table["Bond"] == bond].tolist()
    st.session_state[_BOND_TABLE] = {
        "selection": {"rows": rows, "columns": [], "cells": []}
    }
    bar = st.container(horizontal=True, vertical_alignment="center")
    listening = settings.graph == LINE
    what = "bonds it listens to" if listening else "directed bonds"
    bar.markdown(f"**{len(table)} {what}**")
    if site is not None and not listening:
        bar.button("Show all atoms", on_click=state.select, args=(bond, None))
    bar.download_button(
        "CSV",
        table.to_csv(index=False),
        file_name="bonds.csv",
        mime="text/csv",
        icon=":material/download:",
    )
    if rows:
        bar.caption(f"Selected: {_in_words(table.iloc[rows[0]])}, row {rows[0] + 1}")
    st.dataframe(
        table,
        key=_BOND_TABLE,
        hide_index=True,
        height=330,
        on_select=take_row,
        selection_mode="single-row",
        placeholder="–",
        column_order=[name for name in table.columns if name != "Bond"],
        column_config=_bond_columns(settings.choice),
        alt="Directed bonds with their attention",
    )


def _in_words(row: pd.Series) -> str:
    return f"{row['From']} → {row['To']} ({row['Image']}), {row['Length']:.3f} Å"


def _bond_columns(choice: Choice) -> dict[str, Any]:
    number, text = st.column_config.NumberColumn, st.column_config.TextColumn
    return {
        "From": text("From", width=50),
        "To": text("To", width=50),
        "Image": text(
            "Image", width=60, help="Cell of the neighbour, in lattice vectors"
        ),
        "Angle": number("Angle (°)", format="%.1f", width=70),
        "Length": number("Å", format="%.3f", width=55, help="Length of the bond"),
        "Value": number(choice.measure, format="%.4f", width=65, help=choice.title),
        "Reverse": number(
            "Reverse", format="%.4f", width=65, help="The number of the reverse bond"
        ),
        "Asymmetry": number("Asymmetry", format="%+.4f", help="The number minus reverse"),
    }

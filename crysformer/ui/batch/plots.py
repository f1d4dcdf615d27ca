"""Pictures of a batch with the controls above them."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import streamlit as st

from crysformer.figures.crystals import element_map, histogram, scatter, titles
from crysformer.ui.batch.job import BatchJob

if TYPE_CHECKING:
    import pandas as pd

OF, X, Y, ELEMENTS = "batch_of", "batch_x", "batch_y", "batch_elements"
COLOUR = "batch_colour"
SCATTER = "batch_scatter"
_COUNT = "crystals"
_NONE = "none"
# What most people look for first: which crystals hold together, insulate, and are stiff.
_FIRST_X, _FIRST_Y = "formation_energy_peratom", "optb88vdw_bandgap"
_FIRST_COLOUR = "bulk_modulus_kv"
_HEIGHT, _SCATTER_HEIGHT, _MAP_HEIGHT = 420, 440, 420


def plots(job: BatchJob, table: "pd.DataFrame", keys: Sequence[str]) -> None:
    """Draw scatter, histogram and periodic table of a batch.

    Args:
        job: The batch; a clicked point becomes the picked crystal.
        table: Results so far, one row for each file in the order of the batch.
        keys: Properties in the table.
    """
    if not table[list(keys)].notna().any(axis=None):
        return
    names = titles(keys)
    _scatter(job, table, names)
    left, right = st.columns([2, 3], gap="medium")
    with left:
        _histogram(table, names)
    with right:
        _element_map(table, names)


def _choose(label: str, names: dict[str, str], key: str, first: str = "") -> str:
    """Draw a choice of a property; at first the wanted one, if the model knows it."""
    return st.selectbox(
        label,
        list(names),
        list(names).index(first) if first in names else 0,
        format_func=names.__getitem__,
        key=key,
        persist_state="session",
    )


def _histogram(table: "pd.DataFrame", names: dict[str, str]) -> None:
    key = _choose("Histogram of", names, OF)
    known = table[key].dropna()
    if known.empty:
        st.caption("No crystal has a value for this property.")
        return
    st.plotly_chart(
        histogram(table, key, names[key]),
        height=_HEIGHT,
        alt=f"Histogram of {names[key]}: {len(known)} crystals from {known.min():.3g} to "
        f"{known.max():.3g}, median {known.median():.3g}",
    )


def _scatter(job: BatchJob, table: "pd.DataFrame", names: dict[str, str]) -> None:
    def take_point() -> None:
        points = st.session_state[SCATTER].selection.points
        if points:
            job.selected = int(points[0]["customdata"][0])

    columns = st.columns(3)
    with columns[0]:
        x = _choose("x axis", names, X, _FIRST_X)
    with columns[1]:
        y = _choose("y axis", names, Y, _FIRST_Y)
    with columns[2]:
        colour = _choose("Colour", {_NONE: "None"} | names, COLOUR, _FIRST_COLOUR)
    if table[[x, y]].dropna().empty:
        st.caption("No crystal has values for both properties.")
        return
    coloured = "" if colour == _NONE else f", coloured by {names[colour]}"
    st.plotly_chart(
        scatter(table, x, y, names, colour=None if colour == _NONE else colour),
        height=_SCATTER_HEIGHT,
        key=SCATTER,
        on_select=take_point,
        selection_mode="points",
        alt=f"{names[y]} against {names[x]}, one point per crystal{coloured}",
    )


def _element_map(table: "pd.DataFrame", names: dict[str, str]) -> None:
    choices = {_COUNT: "Number of crystals"} | {
        key: f"Mean of {name}" for key, name in names.items()
    }
    chosen = _choose("Per element", choices, ELEMENTS)
    key = None if chosen == _COUNT else chosen
    st.plotly_chart(
        element_map(table, key, "Crystals" if key is None else names[chosen]),
        height=_MAP_HEIGHT,
        config={"displayModeBar": False},
        alt=f"Periodic table: {choices[chosen]} that contain each element",
    )

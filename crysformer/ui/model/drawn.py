"""The page's parts, each drawn once: a model's validation is the same for everybody.

Streamlit keeps what a cached function has drawn, and draws it again without running it.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import streamlit as st

from crysformer.evaluation.smoothness import read_jumps
from crysformer.model.ablations import read_ablations
from crysformer.model.card import read_card, read_curves
from crysformer.ui.model import errors, judged, smooth
from crysformer.ui.model.card import card_table, error_table


@st.cache_data(max_entries=4, show_spinner=False)
def card_of(folder: Path) -> Mapping[str, Any]:
    """Return the card of a model.

    Raises:
        WeightsError: It is missing or damaged.
    """
    return read_card(folder)


@st.cache_data(max_entries=4, show_spinner=False)
def overview(folder: Path) -> None:
    """Draw what is to be said of all properties.

    Raises:
        WeightsError: A file of the model is missing or damaged.
    """
    card = card_of(folder)
    st.markdown("##### Model card")
    card_table(card)
    st.markdown("##### Errors of every property")
    error_table(card)
    table = errors.validation(folder)
    judged.published_table(table)
    judged.leaderboard_table(table)
    judged.stability(folder.name, table)


@st.cache_data(max_entries=60, show_spinner=False)
def one_property(folder: Path, key: str, name: str) -> None:
    """Draw everything about one property.

    Args:
        folder: Of the model.
        key: The property.
        name: What axes say of it, with the unit.

    Raises:
        WeightsError: A file of the model is missing or damaged.
    """
    card, table = card_of(folder), errors.validation(folder)
    rows = table[table["property"] == key]
    left, right = st.columns(2, gap="medium")
    with left:
        errors.parity(rows, name)
    with right:
        errors.learning(read_curves(folder), card, key, name)
    errors.size_and_coverage(rows, card, key)
    errors.chemistry(rows, name)
    errors.novelty(rows, card, key, name)
    smooth.jumps(read_jumps(folder), card["validation"]["errors"][key]["mae"], key, name)
    errors.parts(read_ablations(folder), key, name)

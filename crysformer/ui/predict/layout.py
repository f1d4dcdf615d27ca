"""Where the parts of the page Predict stand."""

from dataclasses import dataclass
from pathlib import Path

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

_CSS = Path(__file__).with_name("predict.css")


@dataclass(frozen=True)
class PredictLayout:
    """Places on the page.

    Attributes:
        trust: In the title row.
        cards: Over everything else, also on a phone.
        toolbar: Over the picture.
        picture: The crystal.
        trace: Below it, a property over the frames of a file with several.
        facts: What is known of the crystal.
        numbers: All that is predicted.
    """

    trust: DeltaGenerator
    cards: DeltaGenerator
    toolbar: DeltaGenerator
    picture: DeltaGenerator
    trace: DeltaGenerator
    facts: DeltaGenerator
    numbers: DeltaGenerator


_CARDS = ("Band gap", "Formation energy", "Bulk and shear modulus", "Magnetic moment")


def waiting_cards() -> None:
    """Draw the cards' places before there is a prediction; this must load nothing."""
    cards = "".join(
        f'<section class="card"><div><h2>{card}</h2><p class="big waiting">–</p></div>'
        "</section>"
        for card in _CARDS
    )
    st.html(f'<div class="cards-frame"><div class="cards">{cards}</div></div>')


def predict_layout(row: DeltaGenerator) -> PredictLayout:
    """Make the places.

    Args:
        row: The title row.
    """
    st.html(_CSS)
    trust = row.container(key="trust", width="content")
    cards = st.empty()
    left, numbers = st.columns([11, 9], gap="medium")
    toolbar = left.container(
        key="view_toolbar", horizontal=True, horizontal_alignment="right", gap="small"
    )
    picture, trace, facts = left.container(), left.container(), left.container()
    return PredictLayout(trust, cards, toolbar, picture, trace, facts, numbers)

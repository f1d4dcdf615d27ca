"""Where the parts of the attention page stand, on a wide window and on a phone."""

from dataclasses import dataclass
from pathlib import Path

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from crysformer.ui.attention.controls import SIDE_BY_SIDE
from crysformer.ui.session import state

_CSS = Path(__file__).with_name("layout.css")


@dataclass(frozen=True)
class AttentionLayout:
    """Places on the page.

    Attributes:
        controls: One row above the picture; a phone has it below.
        verdict: One line on whether attention means anything.
        picture: The crystal.
        strip: Small pictures below it.
        numbers: What stands beside the picture.
    """

    controls: DeltaGenerator
    verdict: DeltaGenerator
    picture: DeltaGenerator
    strip: DeltaGenerator
    numbers: DeltaGenerator


def attention_layout() -> AttentionLayout:
    """Make the places; two pictures side by side have the page's whole width."""
    st.html(_CSS)
    with st.container(key="attention"):
        controls = st.container(
            key="attention_controls",
            horizontal=True,
            gap="medium",
            vertical_alignment="bottom",
        )
        verdict = st.container(key="attention_verdict")
        if _both():
            picture = st.container(key="attention_picture")
            strip = st.container(key="attention_strip")
            numbers = st.container(key="attention_numbers")
        else:
            left, right = st.columns([7, 5], gap="medium")
            picture = left.container(key="attention_picture")
            strip = left.container(key="attention_strip")
            numbers = right.container(key="attention_numbers")
    return AttentionLayout(controls, verdict, picture, strip, numbers)


def _both() -> bool:
    """Whether both modules stand side by side; the control itself is drawn later."""
    asked = st.session_state.get(state.MODULE, st.query_params.get(state.MODULE))
    graph = st.session_state.get(state.GRAPH, st.query_params.get(state.GRAPH))
    return asked == SIDE_BY_SIDE and graph != "Line"

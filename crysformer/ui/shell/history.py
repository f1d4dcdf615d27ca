"""Keeps the browser's way back short on every page: see ``history.js``."""

from pathlib import Path

import streamlit as st

_component = st.components.v2.component(
    "crysformer_history",
    html="<span hidden></span>",
    js=Path(__file__).with_name("history.js").read_text(encoding="utf-8"),
)


def short_history() -> None:
    """Make one step back one page, crystal or step of the lesson back.

    Every page calls it: a page without a picture, or one whose picture comes late, would
    leave an entry for each change of its own address.
    """
    _component(key="short_history")

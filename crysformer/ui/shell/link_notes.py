"""What a person must be told of a link: one list, which a click takes away."""

import streamlit as st

from crysformer.ui.session import state
from crysformer.ui.session.text import plain


def link_note(sentences: list[str]) -> None:
    """Say what a link asked for in vain, until that is dismissed.

    Args:
        sentences: What is new; earlier ones stay.
    """
    kept: list[str] = st.session_state.setdefault(state.LINK_TROUBLE, [])
    kept += [sentence for sentence in sentences if sentence not in kept]
    if not kept:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        text = "\n".join(f"* {plain(sentence)}" for sentence in kept)
        st.warning(text if len(kept) > 1 else plain(kept[0]))
        st.button(
            "",
            key="dismiss_link",
            icon=":material/close:",
            help="Dismiss",
            type="tertiary",
            on_click=kept.clear,
        )

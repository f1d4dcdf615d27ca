"""A reload keeps the files of a tab: its script remembers under which word they lie."""

from pathlib import Path

import streamlit as st

from crysformer.ui.session import shelf, state
from crysformer.ui.session.given import UPLOADED

NOTHING = "nothing"
"""What a tab says that remembers no word."""

_component = st.components.v2.component(
    "crysformer_reload",
    html="<span hidden></span>",
    js=Path(__file__).with_name("reload.js").read_text(encoding="utf-8"),
)


def found_again() -> None:
    """Where the URL names a file that the session lacks, first ask the tab for it.

    Ends this run in that case; the tab's answer starts the next.
    """
    known = st.session_state.get(state.UPLOADS, {})
    named = (st.query_params.get(name, "") for name in (state.UPLOAD, state.COMPARE))
    wanted = [
        each
        for text in named
        for each in text.split(",")
        if each.startswith(UPLOADED) and each not in known
    ]
    # A test has no browser that would answer.
    if not wanted or _answer() or not st.context.headers:
        return
    with st.sidebar:
        remember_tab(must_answer=True)
    st.caption("Looking for the files of this tab…")
    st.stop()


def remember_tab(*, must_answer: bool = False) -> None:
    """Tell the tab under which word its files lie, or let it tell the server.

    Args:
        must_answer: Whether a tab without files says so, too.
    """
    shelf.stay()
    _component(
        key=state.RELOAD_WIDGET,
        data={"word": shelf.word() or "", "must_answer": must_answer},
        on_word_change=_take,
    )


def _answer() -> str:
    """What the tab said; empty as long as it said nothing."""
    return str(st.session_state.get(state.RELOAD_WIDGET, {}).get("word") or "")


def _take() -> None:
    if _answer() != NOTHING:
        shelf.bring_back(_answer())

"""What a person must be told of links and files: one list, which a click takes away."""

from collections.abc import Callable
from pathlib import Path

import streamlit as st

from crysformer.ui.session import answers, state, uploads
from crysformer.ui.session.text import plain

_CSS = Path(__file__).with_name("notices.css")


def link_notice(sentences: list[str]) -> None:
    """Say what a link asked for in vain, until that is dismissed.

    Args:
        sentences: What is new; earlier ones stay.
    """
    kept: list[str] = st.session_state.setdefault(state.LINK_TROUBLE, [])
    kept += [sentence for sentence in sentences if sentence not in kept]
    if kept:
        _box(kept, "link", lambda: kept.clear())


def upload_notice() -> None:
    """Say what was wrong with the last files, and what was done to the shown crystal."""
    file_notice(f"Still shown: {answers.crystal_name()}.", uploads.take_approximation)
    shown = state.upload()
    if shown and shown.note:
        st.info(plain(shown.note), icon=":material/grain:")
    warnings = shown.warnings_at(state.frame(state.token())) if shown else ()
    for sentence in warnings:
        st.warning(plain(sentence), icon=":material/warning:")


def file_notice(still: str, take: Callable[[str, bytes], None]) -> None:
    """Say what was wrong with the last files, and offer what can be made of them.

    Args:
        still: What the page shows in their place; may be empty.
        take: Called with name and content of a disordered crystal to approximate.
    """
    offers: dict[str, uploads.Offer] = st.session_state[state.OFFERS]
    sentences: list[str] = st.session_state[state.UPLOAD_ERRORS]
    if sentences:
        _box([*sentences, *filter(None, [still])], "upload", uploads.forget_errors)
    for token, offer in offers.items():
        _offer(token, offer, "" if sentences else still, take)


def _box(sentences: list[str], name: str, dismiss: object) -> None:
    st.html(_CSS)
    with st.container(horizontal=True, vertical_alignment="center", key=f"notice_{name}"):
        text = "\n".join(f"* {plain(sentence)}" for sentence in sentences)
        say = st.warning if name == "link" else st.error
        say(text if len(sentences) > 1 else plain(sentences[0]))
        st.button(
            "",
            key=f"dismiss_{name}",
            icon=":material/close:",
            help="Dismiss",
            type="tertiary",
            on_click=dismiss,
        )


def _offer(
    token: str, offer: uploads.Offer, still: str, take: Callable[[str, bytes], None]
) -> None:
    """A disordered crystal: what is wrong and the way out, in one box."""
    st.html(_CSS)
    with st.container(key=f"offer_{token}", gap="small"):
        st.markdown(f":material/grain: {plain(f'{offer.reason} {still}'.strip())}")
        row = st.container(horizontal=True)
        row.button(
            f"Use an ordered approximation of {plain(offer.name)}",
            key=f"order_{token}",
            on_click=take,
            args=(offer.name, offer.content),
        )
        row.button(
            "",
            key=f"dismiss_{token}",
            icon=":material/close:",
            help="Dismiss",
            type="tertiary",
            on_click=st.session_state[state.OFFERS].pop,
            args=(token, None),
        )

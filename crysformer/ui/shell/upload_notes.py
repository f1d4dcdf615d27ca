"""What was wrong with the last files, what can be done, and what is shown instead."""

from collections.abc import Sequence

import streamlit as st

from crysformer.ui.session import answers, state, uploads
from crysformer.ui.session.text import plain


def upload_notes() -> None:
    """Draw one list of what failed, a box for each disordered file, and warnings."""
    sentences = st.session_state[state.UPLOAD_ERRORS]
    offers: dict[str, uploads.Offer] = st.session_state[state.OFFERS]
    if sentences:
        with st.container(horizontal=True, key="upload_errors", gap="small"):
            listed = _listed(sentences) + ("" if offers else f"\n\n{_still_shown()}")
            st.error(listed, icon=":material/error:", width="stretch")
            st.button(
                "Dismiss", key="dismiss_errors", type="tertiary", on_click=_forget_errors
            )
    for token, offer in offers.items():
        with st.container(key=f"offer_{token}", border=True):
            st.markdown(
                f":material/grain: {plain(offer.sentence)}  \n{_still_shown()}",
            )
            with st.container(horizontal=True):
                st.button(
                    f"Use an ordered approximation of {plain(offer.name)}",
                    key=f"order_{token}",
                    on_click=uploads.take_approximation,
                    args=(offer.name, offer.content),
                )
                st.button(
                    "Dismiss",
                    key=f"refuse_{token}",
                    type="tertiary",
                    on_click=offers.pop,
                    args=(token, None),
                )
    shown = state.upload()
    if shown and shown.note:
        st.info(plain(shown.note), icon=":material/grain:")
    for sentence in shown.warnings if shown else ():
        st.warning(plain(sentence), icon=":material/warning:")


def forget_notes() -> None:
    """Forget what failed: another crystal was chosen."""
    _forget_errors()
    st.session_state[state.OFFERS] = {}


def _forget_errors() -> None:
    st.session_state[state.UPLOAD_ERRORS] = []


def _listed(sentences: Sequence[str]) -> str:
    if len(sentences) == 1:
        return plain(sentences[0])
    return "\n".join(f"- {plain(sentence)}" for sentence in sentences)


def _still_shown() -> str:
    """Whose picture and numbers these are."""
    return f"**Everything below is still {plain(answers.crystal_name())}.**"

"""Bringing crystals into the comparison: from the library, from files, as text."""

from collections.abc import Callable

import streamlit as st

from crysformer.ui.session import state, uploads
from crysformer.ui.session.given import UPLOADED
from crysformer.ui.shell.library_dialog import library_dialog
from crysformer.ui.shell.notices import file_notice
from crysformer.ui.shell.picker import MAX_ZIP_MB

FEWEST, MOST = 2, 4


def add(token: str) -> None:
    """Compare a crystal, too; where there are as many as fit, it takes the last place."""
    compared = st.session_state[state.COMPARED]
    if token not in compared:
        st.session_state[state.COMPARED] = [*compared[: MOST - 1], token]


def sources() -> None:
    """Draw the ways in, for the row of controls."""
    if st.button("Library", icon=":material/grid_view:"):
        library_dialog(add)
    with st.popover("Upload", icon=":material/upload_file:", width="content"):
        st.file_uploader(
            "Crystals, or a zip of them",
            accept_multiple_files=True,
            key=state.UPLOAD_WIDGET,
            on_change=_take,
            args=(uploads.take_files, state.UPLOAD_WIDGET),
            max_upload_size=MAX_ZIP_MB,
        )
        st.caption("They are kept while this tab is open: a link does not carry them.")
    paste = st.popover("Paste", icon=":material/content_paste:", width="content")
    with paste.form("paste", border=False):
        st.text_area(
            "A crystal as text",
            key=state.PASTE_WIDGET,
            height=220,
            width=420,
            placeholder="CIF, POSCAR, extended XYZ or JSON",
        )
        st.form_submit_button(
            "Compare this crystal", on_click=_take, args=(uploads.take_text,)
        )


def notices() -> None:
    """Say what was wrong with the last files, and offer what can be made of them."""
    file_notice("", lambda *given: _take(uploads.take_approximation, *given))


def _take(read: Callable[..., None], *given: object) -> None:
    """Compare what is new of the given; other pages keep their crystal."""
    before, current = set(st.session_state[state.UPLOADS]), state.token()
    read(*given)
    kept = st.session_state[state.UPLOADS]
    for token in [name for name in kept if name not in before] or [state.token()]:
        if token != current:
            add(token)
    if current in kept or not current.startswith(UPLOADED):
        state.choose(current)

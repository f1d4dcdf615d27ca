"""Choosing a crystal: from the library, from files, or from pasted text."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from crysformer.library.catalogue import load_library
from crysformer.structure.formats import FORMATS
from crysformer.ui.session import state, uploads
from crysformer.ui.shell.library_dialog import library_dialog
from crysformer.ui.shell.notices import upload_notice

# The widget's limit is that of a zip; a crystal's own holds where it is read.
MAX_ZIP_MB = 50
_FORMATS = f"{FORMATS}, gz of each, or a zip of many"


def pick_crystal() -> DeltaGenerator:
    """Draw the row that chooses the crystal; the choice goes to the session state.

    Returns:
        The row, for what else a page wants beside the choice.
    """
    row = st.container(horizontal=True, vertical_alignment="bottom")
    labels = crystal_labels()
    st.session_state[state.CRYSTAL_WIDGET] = state.token()
    row.selectbox(
        "Crystal",
        list(labels),
        format_func=labels.__getitem__,
        key=state.CRYSTAL_WIDGET,
        on_change=_take_choice,
        filter_mode="contains",
        help="Type a formula or a name. Every named crystal has its own URL.",
        width=380,
    )
    # The query outlives the dialog, which Streamlit forgets when it closes.
    if row.button("Library", icon=":material/grid_view:"):
        library_dialog(_open)
    with row.popover(
        "Upload",
        icon=":material/upload_file:",
        width="content",
        key=state.UPLOAD_POPOVER,
        on_change="rerun",  # So that it can be closed once the file is in.
    ):
        # No list of endings: formats are recognised by content, and CONTCAR has none.
        st.file_uploader(
            f"Crystals ({_FORMATS})",
            accept_multiple_files=True,
            key=state.UPLOAD_WIDGET,
            on_change=uploads.take_files,
            max_upload_size=MAX_ZIP_MB,
        )
        st.caption(
            "Files are kept for this session only: a link to this page does not carry "
            "them."
        )
    paste = row.popover("Paste", icon=":material/content_paste:", width="content")
    with paste.form("paste", border=False):
        st.text_area(
            "A crystal as text",
            key=state.PASTE_WIDGET,
            height=220,
            width=420,
            placeholder="CIF, POSCAR, extended XYZ or JSON",
        )
        st.form_submit_button("Use this crystal", on_click=uploads.take_text)
    # Always one element, so that the views below keep their places and their cameras.
    with st.container():
        upload_notice()
    return row


def crystal_labels() -> dict[str, str]:
    """What the select box says for each token; the newest upload comes first.

    Formulas have plain digits: that is how people type them into the box.
    """
    kept: dict[str, state.Upload] = st.session_state[state.UPLOADS]
    given = {token: f"{kept[token].name} (this session)" for token in reversed(kept)}
    named = {
        token: f"{crystal.formula} · {crystal.name}"
        for token, crystal in load_library().items()
    }
    return given | named


def _take_choice() -> None:
    _open(st.session_state[state.CRYSTAL_WIDGET])


def _open(chosen: str) -> None:
    state.choose(chosen)
    uploads.forget_errors()

"""Choosing a crystal: from the library, from files, or from pasted text."""

import streamlit as st
from pymatgen.util.string import unicodeify
from streamlit.delta_generator import DeltaGenerator

from crysformer.errors import CrysformerError
from crysformer.library import load_library
from crysformer.ui import state
from crysformer.ui.frame import plain

# An empty list of endings: formats are recognised by content, and CONTCAR has none.
MAX_FILE_MB = 5
MAX_FILES = 20
_FORMATS = "CIF, POSCAR or CONTCAR, extended XYZ with a cell, pymatgen or ASE JSON, or gz"


def pick_crystal() -> DeltaGenerator:
    """Draw the row that chooses the crystal; the choice goes to the session state.

    Returns:
        The row, for what else a page wants beside the choice.
    """
    row = st.container(horizontal=True, vertical_alignment="bottom")
    labels = _labels()
    st.session_state[state.CRYSTAL_WIDGET] = state.token()
    row.selectbox(
        "Crystal",
        list(labels),
        format_func=labels.__getitem__,
        key=state.CRYSTAL_WIDGET,
        on_change=_take_choice,
        help="Type a formula or a name. Every named crystal has its own URL.",
        width=380,
    )
    with row.popover("Upload", icon=":material/upload_file:", width="content"):
        st.file_uploader(
            f"Crystals ({_FORMATS})",
            accept_multiple_files=True,
            key=state.UPLOAD_WIDGET,
            on_change=_take_files,
            max_upload_size=MAX_FILE_MB,
        )
        st.caption(
            f"Up to {MAX_FILES} files of {MAX_FILE_MB} MB. They stay in this session: "
            "a link to this page cannot carry them."
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
        st.form_submit_button("Use this crystal", on_click=_take_text)
    for sentence in st.session_state[state.UPLOAD_ERRORS]:
        st.error(plain(sentence), icon=":material/error:")
    return row


def _labels() -> dict[str, str]:
    """What the select box says for each token; the newest upload comes first."""
    uploads: dict[str, state.Upload] = st.session_state[state.UPLOADS]
    given = {
        token: f"{uploads[token].name} (this session)" for token in reversed(uploads)
    }
    named = {
        token: f"{unicodeify(crystal.formula)} · {crystal.name}"
        for token, crystal in load_library().items()
    }
    return given | named


def _take_choice() -> None:
    state.choose(st.session_state[state.CRYSTAL_WIDGET])
    st.session_state[state.UPLOAD_ERRORS] = []


def _take_files() -> None:
    files = st.session_state[state.UPLOAD_WIDGET] or []
    errors = [_take(file.name, file.getvalue()) for file in files[:MAX_FILES]]
    if len(files) > MAX_FILES:
        errors.append(f"Only the first {MAX_FILES} of {len(files)} files were read.")
    st.session_state[state.UPLOAD_ERRORS] = [error for error in errors if error]


def _take_text() -> None:
    text = st.session_state[state.PASTE_WIDGET]
    error = _take("The pasted text", text.encode())
    st.session_state[state.UPLOAD_ERRORS] = [error] if error else []


def _take(name: str, content: bytes) -> str | None:
    """Keep a readable crystal and choose it; return a sentence about any other."""
    # The readers import half of pymatgen, which no first visit should wait for.
    from crysformer.structures import read_structure

    try:
        structure = read_structure(content, name)
    except CrysformerError as error:
        return str(error)
    if name == "The pasted text":
        name = f"Pasted {structure.composition.reduced_formula}"
    state.choose(state.keep_upload(name, content))
    return None

"""Choosing a crystal: from the library, from files, or from pasted text."""

import streamlit as st
from pymatgen.util.string import unicodeify
from streamlit.delta_generator import DeltaGenerator

from crysformer.errors import CrysformerError
from crysformer.library import load_library
from crysformer.ui import state
from crysformer.ui.frame import plain

# The widget's limit is that of a zip; a crystal's own holds where it is read.
MAX_ZIP_MB = 50
MAX_FILE_MB = 5
MAX_FILES = 20
MAX_SENTENCES = 5
_FORMATS = (
    "CIF, POSCAR or CONTCAR, extended XYZ with a cell, pymatgen or ASE JSON, gz of each, "
    "or a zip of many"
)
_PASTED = "The pasted text"


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
        # No list of endings: formats are recognised by content, and CONTCAR has none.
        st.file_uploader(
            f"Crystals ({_FORMATS})",
            accept_multiple_files=True,
            key=state.UPLOAD_WIDGET,
            on_change=_take_files,
            max_upload_size=MAX_ZIP_MB,
        )
        st.caption(
            f"Up to {MAX_FILES} files: {MAX_FILE_MB} MB a crystal, {MAX_ZIP_MB} MB a zip."
            " They stay in this session: a link to this page cannot carry them."
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
    """Keep the crystals of the given files and show the first that is new."""
    files = st.session_state[state.UPLOAD_WIDGET] or []
    given, sentences = [], []
    for file in files[:MAX_FILES]:
        try:
            given += _members(file.name, file.getvalue(), sentences)
        except CrysformerError as error:
            sentences.append(str(error))
    if len(files) > MAX_FILES:
        sentences.append(f"Only the first {MAX_FILES} of {len(files)} files were read.")
    _keep(given, sentences)


def _members(name: str, content: bytes, sentences: list[str]) -> list[tuple[str, bytes]]:
    """Names and contents of what a file holds: itself, or the files of a zip."""
    from crysformer.archive import is_archive, read_archive

    if not is_archive(content):
        return [(name, content)]
    members = read_archive(content, name)
    if len(members) > state.MAX_UPLOADS:
        sentences.append(
            f"Only the first {state.MAX_UPLOADS} of the {len(members)} files in {name} "
            "were read."
        )
    return members[: state.MAX_UPLOADS]


def _take_text() -> None:
    text: str = st.session_state[state.PASTE_WIDGET]
    _keep([(_PASTED, text.encode())], [])


def _keep(given: list[tuple[str, bytes]], sentences: list[str]) -> None:
    """Keep readable crystals, choose the first new one, and say what was wrong.

    Args:
        given: Names and contents.
        sentences: What is already known to be wrong.
    """
    # The readers import half of pymatgen, which no first visit should wait for.
    from crysformer.structures import read_structure

    known = set(st.session_state[state.UPLOADS])
    tokens = []
    for name, content in given:
        kept = state.token_of(content)
        # The upload widget hands over all its files again when one is added.
        if kept not in st.session_state[state.UPLOADS]:
            try:
                structure = read_structure(content, name)
            except CrysformerError as error:
                sentences.append(str(error))
                continue
            if name == _PASTED:
                name = f"Pasted {structure.composition.reduced_formula}"
            state.keep_upload(name, content)
        tokens.append(kept)
    # A large set may have pushed out its own first crystals.
    left = [kept for kept in tokens if kept in st.session_state[state.UPLOADS]]
    new = [kept for kept in left if kept not in known]
    if left:
        state.choose((new or left[-1:])[0])
    more = len(sentences) - MAX_SENTENCES
    if more > 0:
        sentences[MAX_SENTENCES:] = [f"{more} more files could not be read."]
    st.session_state[state.UPLOAD_ERRORS] = sentences

"""Choosing a crystal: its title, the choice among known ones, and new ones."""

from pathlib import Path

import streamlit as st
from pymatgen.util.string import unicodeify
from streamlit.delta_generator import DeltaGenerator

from crysformer.library.catalogue import load_library
from crysformer.structure.formats import FORMATS
from crysformer.ui.session import answers, state, uploads
from crysformer.ui.session.given import Upload
from crysformer.ui.session.text import guard, plain
from crysformer.ui.shell.drop_zone import drop_zone
from crysformer.ui.shell.frame_slider import frame_slider
from crysformer.ui.shell.library_dialog import library_dialog
from crysformer.ui.shell.notices import upload_notice

# The widget's limit is that of a zip; a crystal's own is told where it is broken.
MAX_ZIP_MB = 50
_FORMATS = f"{FORMATS}, gz of each, or a zip of many"
_CSS = Path(__file__).with_name("shell.css")


def pick_crystal() -> DeltaGenerator:
    """Draw the title row, which chooses the crystal; the choice goes to the session.

    Returns:
        The row, for what else a page wants beside the choice.
    """
    st.html(_CSS)
    drop_zone(MAX_ZIP_MB)
    row = st.container(
        key="title_row", horizontal=True, vertical_alignment="bottom", gap="small"
    )
    with row:
        with st.container(key="crystal_title"), guard():
            _title()
        labels = crystal_labels()
        st.session_state[state.CRYSTAL_WIDGET] = state.token()
        st.selectbox(
            "Crystal",
            list(labels),
            format_func=labels.__getitem__,
            key=state.CRYSTAL_WIDGET,
            on_change=_take_choice,
            filter_mode="contains",
            label_visibility="collapsed",
            width=300,
        )
        _add_crystal()
    frame_slider(state.token())
    # Always one element, so that the views below keep their places and their cameras.
    with st.container():
        upload_notice()
    return row


def _title() -> None:
    """The crystal's formula as the page's heading, and what it is."""
    structure = answers.structure()
    named = load_library().get(state.token())
    formula = named.formula if named else structure.composition.reduced_formula
    st.title(unicodeify(formula), anchor=False)
    group = f"{answers.facts().space_group} ({answers.facts().number})"
    atoms = f"{len(structure)} atoms" if len(structure) > 1 else "1 atom"
    st.caption(f"{plain(answers.crystal_name())} · {group} · {atoms}")


def _add_crystal() -> None:
    """One button for all ways to bring another crystal."""
    with st.popover(
        "Add crystal",
        icon=":material/add:",
        type="primary",
        width="content",
        key=state.ADD,
        on_change="rerun",
    ):
        library = st.button(
            "Library", icon=":material/grid_view:", on_click=_close_popover
        )
        # No list of endings: formats are recognised by content, and CONTCAR has none.
        st.file_uploader(
            f"Files ({_FORMATS})",
            accept_multiple_files=True,
            key=state.UPLOAD_WIDGET,
            on_change=uploads.take_files,
            args=(state.UPLOAD_WIDGET,),
            max_upload_size=MAX_ZIP_MB,
        )
        st.caption(
            f"Up to {uploads.MAX_FILES} files, or drop them anywhere on the page. They "
            "are kept while this tab is open: a link does not carry them."
        )
        with st.form("paste", border=False):
            st.text_area(
                "A crystal as text",
                key=state.PASTE_WIDGET,
                height=150,
                placeholder="CIF, POSCAR, extended XYZ or JSON",
            )
            st.form_submit_button("Use this crystal", on_click=uploads.take_text)
    # The query outlives the dialog, which Streamlit forgets when it closes.
    if library:
        library_dialog(_open)


def crystal_labels() -> dict[str, str]:
    """What the select box says for each token; the newest upload comes first.

    Formulas have plain digits: that is how people type them into the box.
    """
    kept: dict[str, Upload] = st.session_state[state.UPLOADS]
    given = {token: f"{kept[token].name} (this session)" for token in reversed(kept)}
    named = {
        token: f"{crystal.formula} · {crystal.name}"
        for token, crystal in load_library().items()
    }
    return given | named


def _take_choice() -> None:
    _open(st.session_state[state.CRYSTAL_WIDGET])


def _close_popover() -> None:
    st.session_state[state.ADD] = False


def _open(chosen: str) -> None:
    state.choose(chosen)
    uploads.forget_errors()

"""The form that takes files, and the batch that it starts."""

from typing import Any

import streamlit as st

from crysformer.structure.archive import MAX_BYTES, MAX_MEMBER_BYTES
from crysformer.ui.batch.example import COUNT, example_files
from crysformer.ui.batch.job import MAX_FILES, BatchJob, gather
from crysformer.ui.batch.part import Input
from crysformer.ui.session import shelf, state
from crysformer.ui.session.pool import pool
from crysformer.ui.session.text import plain

FILES, SUBMIT, ORDER = "batch_files", "batch_submit", "batch_order"
EXAMPLE = "batch_example"
NOTES = "batch_notes"
_MB = 1_000_000


def current_job() -> BatchJob | None:
    """Return the batch of this session, under way or done."""
    return st.session_state.get(state.BATCH)


def start_job(inputs: list[Input], predictor: Any) -> None:
    """Begin a batch; it takes the place of the one before.

    Args:
        inputs: Names and contents.
        predictor: The model.

    Raises:
        BusyError: The server has too many batches; the one before goes on.
    """
    last = current_job()
    order = st.session_state.get(ORDER, False)
    size = sum(len(data) for _, data in inputs if isinstance(data, bytes))
    shelf.keep_batch(BatchJob(inputs, predictor, pool(), order=order), size)
    if last:
        last.cancel()


def files_form() -> list[Input]:
    """Draw the form for files and return what was given in this run."""
    with st.form("batch", clear_on_submit=True):
        files = st.file_uploader(
            "Crystals, or a zip of them",
            accept_multiple_files=True,
            key=FILES,
            max_upload_size=MAX_BYTES // _MB,
        )
        st.checkbox(
            "Predict ordered approximations of disordered crystals",
            key=ORDER,
            help="Whole atoms replace partial ones, in the smallest cell in which "
            "they fit. Such crystals are marked in their names.",
        )
        bar = st.container(horizontal=True, vertical_alignment="center")
        given = bar.form_submit_button(
            "Predict all", key=SUBMIT, type="primary", icon=":material/play_arrow:"
        )
        example = bar.form_submit_button(
            f"Try {COUNT} textbook crystals", key=EXAMPLE, icon=":material/science:"
        )
        bar.caption(
            f"Up to {MAX_FILES} files or a zip; {MAX_MEMBER_BYTES // _MB} MB a crystal, "
            f"{MAX_BYTES // _MB} MB in all. They are kept while this tab is open."
        )
    if example:
        st.session_state[NOTES] = []
        return example_files()
    if not given:
        return []
    inputs, notes = gather([(file.name, file.getvalue()) for file in files])
    st.session_state[NOTES] = notes if inputs else ["Choose files first."]
    return inputs


def notes() -> None:
    """Say what was left out of the last files given."""
    for sentence in st.session_state.get(NOTES, ()):
        st.warning(plain(sentence), icon=":material/info:")

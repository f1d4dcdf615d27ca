"""Batch: many crystals at once, as a table and as pictures."""

import streamlit as st

from crysformer.ui.batch import form, results
from crysformer.ui.batch.downloads import downloads
from crysformer.ui.batch.job import BatchJob
from crysformer.ui.batch.part import load_model
from crysformer.ui.batch.plots import plots
from crysformer.ui.session import answers, state
from crysformer.ui.session.pool import pool
from crysformer.ui.session.text import guard
from crysformer.ui.shell.frame import frame

SECONDS_BETWEEN_LOOKS = 1.0


def show_results(job: BatchJob, live: bool) -> None:
    """Show what there is; while a batch runs, this part of the page repeats itself."""
    if live and not job.running:
        st.rerun()  # Once more as a whole, and then no longer by the clock.
    results.progress(job)
    frame, keys, cut = results.shown_table(job)
    if frame.empty:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        downloads(job)
        results.picked_crystal(job)
    results.result_table(job, frame, keys)
    if cut:
        st.caption(
            f"{cut} values that cannot be negative were predicted below zero and are "
            "shown as 0; the downloads keep the predicted numbers."
        )
    results.failures(job)
    plots(job, frame, keys)


places = frame("Batch", heading=True)
st.markdown(
    "Upload many crystals and get every property of each, as one table and as plots."
)
with guard():
    # Before that, asking would import torch for a page that does not need it.
    if answers.predictor_ready.is_set():
        load_model(state.model(), pool())
    given = form.files_form()
    if given:
        with st.spinner("Loading the model…"):
            form.start_job(given, answers.predictor())
        st.rerun()  # So that the tab learns at once under which word its batch lies.
form.notes()
job = form.current_job()
places.show_crystals("Batch", [f"{len(job.inputs)} crystals"] if job else [])
if job:
    places.show_model(job.predictor)
    live = job.running
    st.fragment(show_results, run_every=SECONDS_BETWEEN_LOOKS if live else None)(
        job, live
    )

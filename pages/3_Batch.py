"""Batch: many crystals at once, as a table and as pictures."""

import streamlit as st

from crysformer.ui import batch, loaders
from crysformer.ui.batch_downloads import downloads
from crysformer.ui.batch_job import BatchJob
from crysformer.ui.batch_plots import plots
from crysformer.ui.frame import frame, guard

SECONDS_BETWEEN_LOOKS = 1.0


def results(job: BatchJob, live: bool) -> None:
    """Show what there is; while a batch runs, this part of the page repeats itself."""
    if live and not job.running:
        st.rerun()  # Once more as a whole, and then no longer by the clock.
    batch.progress(job)
    frame, keys, cut = batch.shown_table(job)
    if frame.empty:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        downloads(job)
        batch.picked_crystal(job)
    batch.result_table(job, frame, keys)
    if cut:
        st.caption(
            f"{cut} numbers that cannot be negative came out below zero and are shown as "
            "0; the downloads have them as the model says."
        )
    batch.failures(job)
    plots(job, frame, keys)


places = frame("Batch")
st.markdown("Drop many crystals: every property of each, as one table and as pictures.")
with guard():
    given = batch.files_form()
    if given:
        with st.spinner("Loading the model…"):
            batch.start_job(given, loaders.predictor())
batch.notes()
job = batch.current_job()
if job:
    places.show_model(job.predictor)
    live = job.running
    st.fragment(results, run_every=SECONDS_BETWEEN_LOOKS if live else None)(job, live)

"""What a batch has found so far: progress, table, picked crystal, failures."""

from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st

from crysformer import screening
from crysformer.figures.crystals import titles
from crysformer.predict.applicability import BY_SYMMETRY, REASONS
from crysformer.properties.table import PROPERTIES
from crysformer.ui.batch.job import BatchJob
from crysformer.ui.session import state, uploads
from crysformer.ui.session.numbers import readable
from crysformer.ui.session.text import plain
from crysformer.ui.shell.block_table import block_table

if TYPE_CHECKING:
    import pandas as pd
    from pandas.io.formats.style import Styler

CANCEL, OPEN, TABLE = "batch_cancel", "batch_open", "batch_table"
_GIVEN = "given"
_MAX_WRITTEN = 15_000
"""Cells that are written one by one: for as many, pandas takes half a second."""

_FACTS = {"file": "File", "formula": "Formula", "space_group": "Space group"}
_FACTS |= {"sites": "Atoms", "novelty_percentile": "Unusual (%)"}
_FACTS |= {"p_stable": "Probability to be stable"}
_NOVELTY_HELP = (
    "How far the crystal is from the training data: it is more unusual than this share "
    "of the validation crystals. Open it in Predict to read why."
)
_STABILITY_HELP = (
    "How probable it is that the energy above the hull is zero, or at most 25 or 100 "
    "meV/atom: how often crystals of the Materials Project with such a prediction are."
)
_CHANCES = {
    "p_stable": "Stable",
    "p_within_25_meV": "Within 25 meV/atom",
    "p_within_100_meV": "Within 100 meV/atom",
}


def progress(job: BatchJob) -> None:
    """Show how far a batch is or came, and while it runs the button that ends it."""
    done, total = len(job.rows), len(job.inputs)
    bar = st.container(horizontal=True, vertical_alignment="center")
    bar.progress(done / total, text=_progress_words(job, done, total))
    if job.running:
        bar.button(
            "Cancel",
            key=CANCEL,
            icon=":material/stop:",
            on_click=job.cancel,
            disabled=job.cancelled,
        )


def _progress_words(job: BatchJob, done: int, total: int) -> str:
    failed = sum(bool(row.error) for row in job.rows)
    words = f"{done - failed} predicted" + (f", {failed} failed" if failed else "")
    if not job.running:
        ended = "Cancelled"
        if job.fault:
            ended = f"Stopped by an internal error ({job.fault})"
        how = f"{ended} after {done} of {total} crystals: " if done < total else ""
        return f"**{how}{words}**"
    words = f"{done} of {total} crystals: {words}"
    seconds = job.remaining_seconds()
    if job.cancelled:
        words += ", stopping"
    elif job.waiting:
        words += ", waiting for other users' batches"
    elif seconds is not None:
        words += f", about {_duration(seconds)} left"
    return words


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{max(seconds, 1):.0f} s"
    return f"{seconds / 60:.0f} min"


def shown_table(job: BatchJob) -> "tuple[pd.DataFrame, list[str], int]":
    """Results of a batch as they are shown.

    Returns:
        The table, with a row for each file that has had its turn; the properties in it;
        and how many numbers were below zero where physics knows no such value and are
        shown as zero.
    """
    keys = screening.output.shown_keys(job.predictor)
    frame = screening.output.table(job.rows, keys)
    cut = 0
    for key in keys:
        if PROPERTIES[key].non_negative:
            cut += int((frame[key] < 0).sum())
            frame[key] = frame[key].clip(lower=0)
    if not frame["warnings"].any():
        frame = frame.drop(columns="warnings")
    return frame, keys, cut


def result_table(job: BatchJob, frame: "pd.DataFrame", keys: list[str]) -> None:
    """Show the results; a clicked row picks its crystal.

    Args:
        job: The batch, which remembers what is picked.
        frame: Of ``shown_table``.
        keys: Properties in it.
    """

    def take_row() -> None:
        picked = st.session_state[TABLE].selection.rows
        job.selected = int(frame.index[picked[0]]) if picked else None

    frame = _sorted(job, frame, keys)
    rows = np.flatnonzero(frame.index == job.selected).tolist()
    st.session_state[TABLE] = {"selection": {"rows": rows, "columns": [], "cells": []}}
    st.dataframe(
        _written(job, frame, keys),
        key=TABLE,
        hide_index=True,
        height=360,
        on_select=take_row,
        selection_mode="single-row",
        placeholder="–",
        column_config=_columns(keys, job.predictor.validation_errors),
        alt="Predicted properties of every file",
    )


def _written(
    job: BatchJob, frame: "pd.DataFrame", keys: list[str]
) -> "pd.DataFrame | Styler":
    """Numbers as on every page, to be sorted by their values all the same.

    The table's own toolbar writes what is shown into a CSV, formulas and all.
    """
    texts = [name for name in ("file", "error", "warnings") if name in frame]
    safe = screening.output.cell_text
    frame = frame.assign(**{name: frame[name].map(safe) for name in texts})
    if job.running or frame.size > _MAX_WRITTEN:
        return frame
    errors = job.predictor.validation_errors
    styled = frame.style.format(
        {key: partial(readable, error=errors.get(key)) for key in keys},
        na_rep="–",
    )
    for key in keys:
        exact = [k for k in frame.index if job.rows[k].notes.get(key) == BY_SYMMETRY]
        if exact:
            styled = styled.format(f"0 ({BY_SYMMETRY})".format, subset=(exact, [key]))
    return styled


def _sorted(job: BatchJob, frame: "pd.DataFrame", keys: list[str]) -> "pd.DataFrame":
    """Draw the choice of an order, which a link and other pages keep, and apply it."""
    names = {_GIVEN: "Order of the files", **_FACTS, **titles(keys)}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        by = st.selectbox(
            "Sort by",
            list(names),
            format_func=names.__getitem__,
            key=state.SORT,
            bind="query-params",
            width=280,
        )
        descending = st.toggle("Largest first", key=state.DESCENDING, bind="query-params")
    # Rows that are still to come would move others under a click.
    if job.running:
        return frame
    if by not in frame:
        return frame[::-1] if descending else frame
    return frame.sort_values(by, ascending=not descending, kind="stable")


def _columns(keys: list[str], errors: dict[str, float]) -> dict[str, Any]:
    number, text = st.column_config.NumberColumn, st.column_config.TextColumn
    named = titles(keys)
    columns = {
        "file": text("File", pinned=True, width=180),
        "formula": text("Formula", width=90),
        "space_group": number("Space group", format="%d", width=95),
        "sites": number("Atoms", format="%d", width=60, help="In the given cell"),
        "novelty": text("Training data", width=170, help=_NOVELTY_HELP),
        "novelty_percentile": number("Unusual (%)", format="%.0f", help=_NOVELTY_HELP),
        "stability": text("Stability", width=170, help=_STABILITY_HELP),
        **{
            name: number(label, format="percent", help=_STABILITY_HELP)
            for name, label in _CHANCES.items()
        },
        "error": text("Error"),
        "warnings": text("To check", help="What the file contradicts itself in"),
    }
    for key in keys:
        needs, help_text = PROPERTIES[key].needs, PROPERTIES[key].source
        if key in errors:
            help_text += f" · validation error {errors[key]:.2g}"
        if needs:
            help_text += f" · empty where {REASONS[needs]}"
        columns[key] = number(named[key], help=help_text)
    return columns


def failures(job: BatchJob) -> None:
    """List each file that could not be predicted, with the reason."""
    failed = [row for row in job.rows if row.error]
    if failed:
        st.markdown(f"**{len(failed)} could not be predicted**")
        block_table(
            [
                {"File": row.file, "Reason": row.error.removeprefix(f"{row.file} ")}
                for row in failed
            ],
            "Files that could not be predicted, with the reason",
            tall=len(failed) >= 10,
        )


def picked_crystal(job: BatchJob) -> None:
    """Name the picked crystal and offer to open it."""
    rows = job.rows
    bar = st.container(horizontal=True, vertical_alignment="center")
    if job.selected is None or job.selected >= len(rows):
        bar.caption("Click a row, or a point below, to pick a crystal and open it.")
        return
    row = rows[job.selected]
    bar.markdown(f"Picked: **{plain(row.formula)}** ({plain(row.file)})")
    if row.formula and bar.button(
        "Open in Predict", key=OPEN, icon=":material/open_in_new:"
    ):
        name, content = job.inputs[job.selected]
        if row.file == name:
            uploads.take_file(name, content)
        else:
            uploads.take_approximation(name, content)
        # Without a query Streamlit clears the URL, and refuses where a setting is in it.
        st.switch_page("app.py", query_params=state.link_query())

"""A property over all frames of a file with several crystals."""

from collections.abc import Sequence

import numpy as np
import streamlit as st

from crysformer import predict
from crysformer.arrays import FloatArray
from crysformer.experiments.trajectory import Trace, trace_frames
from crysformer.figures.crystals import titles
from crysformer.figures.trajectory import trajectory_figure
from crysformer.paths import weights_folder
from crysformer.properties.table import PROPERTIES
from crysformer.structure.frames import Frame
from crysformer.ui.session import state
from crysformer.ui.session.pool import answer_of, pool

MAX_ATOMS_UNASKED = 1000
"""Up to here all frames are predicted within seconds, and without being asked to."""

_CHART, _HEIGHT = "trace_chart", 260
_DEADLINE_S = 300.0
_FIRST = "formation_energy_peratom"


def frames_trace() -> None:
    """Draw one property over the frames; nothing for a file of one crystal."""
    upload = state.upload()
    if upload is None or not upload.frames:
        return
    trace = _trace(upload.frames)
    # Where no frame can be predicted, the page says why of the one that is shown.
    if trace is None or not trace.values:
        return
    keys = list(trace.values)
    names = titles(keys)
    key = st.selectbox(
        "Over the frames",
        keys,
        keys.index(_FIRST) if _FIRST in keys else 0,
        format_func=names.__getitem__,
        key=state.TRACE,
        bind="query-params",
    )
    key = key if key in keys else keys[0]
    _chart(upload.frames, trace.values[key], names[key], PROPERTIES[key].unit)
    if trace.failed:
        st.caption(
            f"{trace.failed} of {len(upload.frames)} frames could not be predicted."
        )


def _trace(frames: Sequence[Frame]) -> Trace | None:
    """Predict all frames once; of many atoms only when that is asked for."""
    key = ("trace", state.token(), state.model())
    place = st.empty()
    if pool().find(key) is None:
        atoms = sum(len(frame.numbers) for frame in frames)
        label = f"Predict all {len(frames)} frames"
        if atoms > MAX_ATOMS_UNASKED and not place.button(
            label, icon=":material/timeline:"
        ):
            return None
    job = pool().submit(
        predict.remote.with_model,
        trace_frames,
        state.model(),
        weights_folder(),
        [frame.structure() for frame in frames],
        deadline=_DEADLINE_S,
        key=key,
        reports=True,
    )
    trace = answer_of(job, lambda share, what: place.progress(share, what))
    place.empty()
    return trace


def _chart(frames: Sequence[Frame], values: FloatArray, name: str, unit: str) -> None:
    def take_point() -> None:
        points = st.session_state[_CHART].selection.points
        if points:
            state.choose_frame(state.token(), int(points[0]["customdata"][0]))

    known = values[np.isfinite(values[:, 0]), 0]
    st.plotly_chart(
        trajectory_figure(
            [frame.number for frame in frames], values, unit, state.frame(state.token())
        ),
        height=_HEIGHT,
        key=_CHART,
        on_select=take_point,
        selection_mode="points",
        config={"displayModeBar": False},
        alt=f"{name} over {len(frames)} frames, from {known.min():.4g} to "
        f"{known.max():.4g}",
    )

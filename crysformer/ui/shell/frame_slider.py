"""Which crystal of a file with many is shown: the steps of a run, blocks of a CIF."""

import streamlit as st

from crysformer.ui.session import state
from crysformer.ui.session.given import Upload
from crysformer.ui.session.text import plain


def frame_slider(token: str) -> None:
    """Draw a slider over the frames of an uploaded file; nothing for one crystal.

    Args:
        token: A crystal of the library or the session.
    """
    upload: Upload | None = st.session_state[state.UPLOADS].get(token)
    if upload is None or not upload.frames:
        return
    key = f"frame_{token}"
    st.session_state[key] = state.frame(token)
    frames = upload.frames
    st.select_slider(
        f"Frame of {plain(upload.name)}, 1 to {frames[-1].number}",
        options=range(len(frames)),
        format_func=lambda index: f"{frames[index].number} {frames[index].name}".strip(),
        key=key,
        on_change=lambda: state.choose_frame(token, st.session_state[key]),
        help="The file holds several crystals. Batch reads all of them at once.",
    )

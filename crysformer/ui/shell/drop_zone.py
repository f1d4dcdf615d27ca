"""The whole page takes dropped files: its script hands them to a hidden upload widget."""

from pathlib import Path

import streamlit as st

from crysformer.ui.session import state, uploads

_HERE = Path(__file__).parent

_component = st.components.v2.component(
    "crysformer_drop_zone",
    html='<div class="veil" hidden><p>Drop to open</p></div>',
    css=(_HERE / "drop_zone.css").read_text(encoding="utf-8"),
    js=(_HERE / "drop_zone.js").read_text(encoding="utf-8"),
)


def drop_zone(max_mb: int) -> None:
    """Let files be dropped anywhere.

    Args:
        max_mb: Largest file that is taken.
    """
    with st.container(key="drop_zone"):
        st.file_uploader(
            "Files dropped on the page",
            accept_multiple_files=True,
            key=state.DROP_WIDGET,
            on_change=uploads.take_files,
            args=(state.DROP_WIDGET,),
            max_upload_size=max_mb,
        )
    _component(key="drop_veil", data=[f"st-key-{state.DROP_WIDGET}"])

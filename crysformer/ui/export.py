"""Taking a picture away: one HTML file, previewed with stmol where that is installed."""

import streamlit as st

from crysformer.scene import Scene
from crysformer.standalone import SCRIPT, scene_view, standalone_html
from crysformer.ui.viewer import MISSING

_PREVIEW = "export_preview"
_WIDTH, _HEIGHT = 420, 320


def export_menu(scene: Scene, title: str) -> None:
    """Draw the popover that exports the current picture.

    Args:
        scene: What is drawn.
        title: File name without its ending.
    """
    with st.popover("Export", icon=":material/ios_share:", width="content"):
        st.caption("One file with the picture and its viewer; it opens offline.")
        if not SCRIPT.is_file():
            st.caption(MISSING)
            return
        # Packing the viewer's script into the page waits for the click.
        st.download_button(
            "HTML",
            lambda: standalone_html(scene).encode(),
            file_name=f"{title}.html",
            mime="text/html",
            icon=":material/download:",
            on_click="ignore",
        )
        if st.toggle("Preview", key=_PREVIEW):
            _preview(scene)


def _preview(scene: Scene) -> None:
    # stmol imports the undeclared ipython_genutils and about 80 packages of Jupyter:
    # only who asks for a preview pays for that, and the app works without it.
    try:
        from stmol import showmol
    except ImportError as error:
        st.caption(f"The preview needs stmol: {error}.")
        return
    showmol(scene_view(scene, width=_WIDTH, height=_HEIGHT), _HEIGHT, _WIDTH)

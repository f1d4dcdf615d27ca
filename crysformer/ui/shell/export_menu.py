"""Taking a picture away: one HTML file, previewed with stmol where that is installed."""

from collections.abc import Sequence
from functools import partial
from typing import Any

import streamlit as st

from crysformer import picture
from crysformer.picture.scene import Scene
from crysformer.ui.session import answers
from crysformer.ui.viewer.standalone import standalone_page
from crysformer.ui.viewer.view import LIBRARY, MISSING

_PREVIEW = "export_preview"
_WIDTH, _HEIGHT = 420, 320
_ALT = "Preview of the exported picture"


def export_menu(
    scene: Scene,
    title: str,
    *,
    beside: Sequence[tuple[str, Scene]] = (),
    caption: str = "",
) -> None:
    """Draw the popover that exports the current picture.

    Args:
        scene: What is drawn.
        title: File name without its ending.
        beside: Names and scenes where several stand side by side, the first included.
        caption: Heading of the exported page; the crystal's name if none is given.
    """
    with st.popover("Export", icon=":material/ios_share:", width="content"):
        st.caption("One file with the picture and its viewer; it opens offline.")
        if not LIBRARY.is_file():
            st.caption(MISSING)
            return
        names, scenes = zip(*(beside or [("", scene)]), strict=True)
        name = answers.crystal_name()
        heading = f"{name}: {caption}" if caption else name
        # Packing the viewer's script into the page waits for the click; the theme is
        # this session's, which the click's own thread does not know.
        st.download_button(
            "HTML",
            partial(
                standalone_page, scenes, names, heading, title, st.context.theme.type
            ),
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
        import stmol
    except ImportError as error:
        st.caption(f"The preview needs stmol: {error}.")
        return
    # stmol is of 2022 and shows its HTML with a function that Streamlit will remove.
    stmol.components = _Frames
    stmol.showmol(
        picture.html.scene_view(scene, width=_WIDTH, height=_HEIGHT), _HEIGHT, _WIDTH
    )


class _Frames:
    """What stmol needs of ``streamlit.components.v1``, on what took its place."""

    @staticmethod
    def html(html: str, *, width: int, height: int) -> Any:
        """Show a page in a frame of its own."""
        return st.iframe(html, width=width, height=height, alt=_ALT)

"""Several crystals in one WebGL view: a typed wrapper around ``js/grid.js``."""

from collections.abc import Callable, Sequence
from pathlib import Path

import streamlit as st

from crysformer.picture.scene import Scene
from crysformer.ui.session import first_picture
from crysformer.ui.viewer.view import (
    SCRIPTS,
    ViewerEvent,
    library_facts,
    nothing,
    read_event,
)

_HERE = Path(__file__).parent
HTML = """
<div class="crystal-view crystal-grid" data-ready="false">
  <div class="stage" tabindex="0" role="img"
       aria-label="Crystals side by side in 3D. Arrow keys turn them together, plus and
                   minus zoom, Home resets."></div>
  <div class="frames"></div>
  <div class="tools" role="toolbar" aria-label="3D view"></div>
  <div class="tip" role="status" hidden></div>
  <p class="message" hidden></p>
</div>
"""
_SCRIPTS = (*SCRIPTS, "js/panel.js", "js/grid.js")
_STYLES = ("css/view.css", "css/grid.css")

CSS = "\n".join((_HERE / name).read_text(encoding="utf-8") for name in _STYLES)
JS = "\n".join((_HERE / name).read_text(encoding="utf-8") for name in _SCRIPTS)

_component = st.components.v2.component(
    "crysformer_crystal_grid", html=HTML, css=CSS, js=JS
)


def crystal_grid(
    scenes: Sequence[Scene],
    names: Sequence[str],
    *,
    key: str,
    height: int = 480,
    title: str = "comparison",
    bonds: Sequence[int] = (),
    sites: Sequence[int] = (),
    on_event: Callable[[ViewerEvent], None] | None = None,
) -> None:
    """Draw crystals side by side; they turn together and have one scale.

    Args:
        scenes: What to draw.
        names: What is written above each; may come from a file.
        key: Identity of the view; while it stays, so do the cameras.
        height: Pixels, where the window is wide enough for one row.
        title: File name of a saved picture, without its ending.
        bonds: Ids of the bonds to light, in every scene.
        sites: Indices of the atoms to light, in every scene.
        on_event: Called with what was clicked, before the page runs again; without it
            nothing can be picked. Of use where all scenes show one crystal.
    """

    def report() -> None:
        event = read_event(st.session_state[key].picked)
        if on_event and event:
            on_event(event)

    data = {
        "scenes": [
            {"scene": scene.payload, "hash": scene.hash, "name": name}
            for scene, name in zip(scenes, names, strict=True)
        ],
        "title": title,
        "picked": {"bonds": list(bonds), "sites": list(sites)},
        "pickable": on_event is not None,
        "height": height,
        "awaited": first_picture.is_awaited(),
        "library": library_facts(),
    }
    # In a list: Streamlit looks for tables in a dict and imports pandas to know one.
    result = _component(
        key=key,
        height="content",
        data=[data],
        on_picked_change=report,
        on_drawn_change=nothing,
    )
    first_picture.note(bool(result.drawn))

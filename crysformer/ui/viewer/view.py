"""The 3D view: a typed wrapper around the Streamlit component in ``js/view.js``."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import streamlit as st

from crysformer.paths import STATIC
from crysformer.picture.scene import Scene
from crysformer.ui.session import first_picture

_HERE = Path(__file__).parent
LIBRARY = STATIC / "3Dmol-min.js"
MISSING = (
    "The 3D view needs the file static/3Dmol-min.js, which is fetched once by "
    "“make app” or “python -m crysformer.picture.asset”. Everything else on this page "
    "works without it."
)
NO_WEBGL = (
    "This browser offers no WebGL 2, so the crystal cannot be drawn in 3D. Switch on "
    "hardware acceleration or use another browser; all numbers on this page are complete."
)
HTML = """
<div class="crystal-view" data-ready="false">
  <div class="stage" tabindex="0" role="img"
       aria-label="Crystal in 3D. Arrow keys turn it, plus and minus zoom, Home resets.">
  </div>
  <div class="labels" aria-hidden="true" hidden></div>
  <svg class="axes" viewBox="-42 -42 84 84" aria-hidden="true"></svg>
  <div class="tools" role="toolbar" aria-label="3D view"></div>
  <div class="legend"></div>
  <div class="bar" hidden></div>
  <div class="tip" role="status" hidden></div>
  <p class="message" hidden></p>
</div>
"""
# One module out of files that each keep to one thing; the order does not matter to
# JavaScript, whose functions and classes are only used once all are defined.
SCRIPTS = (
    "js/load_3dmol.js",
    "js/mesh.js",
    "js/draw.js",
    "js/pick.js",
    "js/chrome.js",
    "js/touch.js",
    "js/png.js",
    "js/scene.js",
)
"""JavaScript of every view."""

CSS = (_HERE / "css/view.css").read_text(encoding="utf-8")
JS = "\n".join(
    (_HERE / name).read_text(encoding="utf-8") for name in (*SCRIPTS, "js/view.js")
)

_component = st.components.v2.component(
    "crysformer_crystal_view", html=HTML, css=CSS, js=JS
)


@dataclass(frozen=True)
class ViewerEvent:
    """What a person did in the view since the last run.

    Attributes:
        kind: ``bond`` or ``atom`` picked, selection cleared (``none``), or a measured
            ``distance`` (Å) or ``angle`` (degrees).
        bond: Id of the picked bond.
        site: Index of the picked atom.
        value: Measured number.
        sites: Measured atoms, in the order they were clicked.
    """

    kind: Literal["bond", "atom", "none", "distance", "angle"]
    bond: int | None = None
    site: int | None = None
    value: float | None = None
    sites: tuple[int, ...] = ()


def crystal_view(
    scene: Scene,
    *,
    key: str,
    height: int = 520,
    title: str = "crystal",
    bonds: Sequence[int] = (),
    sites: Sequence[int] = (),
    on_event: Callable[[ViewerEvent], None] | None = None,
) -> ViewerEvent | None:
    """Draw a crystal and report what was clicked.

    Args:
        scene: What to draw.
        key: Identity of the view; while it stays, so does the camera.
        height: Pixels.
        title: File name of a saved picture, without its ending.
        bonds: Ids of the bonds to light.
        sites: Indices of the atoms to light.
        on_event: Called with a new event before the page runs again, so that the page
            can already draw what the event changes.

    Returns:
        The event that caused this run, or None.
    """

    def report() -> None:
        event = read_event(st.session_state[key].picked)
        if on_event and event:
            on_event(event)

    data = {
        "scene": scene.payload,
        "hash": scene.hash,
        "picked": {"bonds": list(bonds), "sites": list(sites)},
        "title": title,
        "height": height,
        "awaited": first_picture.is_awaited(),
        "library": library_facts(),
    }
    result = _component(
        key=key,
        # In a list: Streamlit looks for tables in a dict and imports pandas to know one.
        data=[data],
        on_picked_change=report,
        on_drawn_change=nothing,
    )
    first_picture.note(bool(result.drawn))
    return read_event(result.picked)


def nothing() -> None:
    """Streamlit takes a component's state only where something listens to it."""


def library_facts() -> dict[str, Any]:
    """What a view's JavaScript must know of 3Dmol.js: its place, what to say without."""
    return {
        "url": static_url("3Dmol-min.js"),
        "present": LIBRARY.is_file(),
        "missing": MISSING,
        "no_webgl": NO_WEBGL,
    }


def static_url(name: str) -> str:
    """Address of a file under ``static/``, wherever the app is mounted."""
    base = str(st.get_option("server.baseUrlPath") or "").strip("/")
    return f"/{base}/app/static/{name}" if base else f"/app/static/{name}"


def read_event(picked: Any) -> ViewerEvent | None:
    """Read what a view's JavaScript reports."""
    if not picked:
        return None
    return ViewerEvent(
        kind=picked["kind"],
        bond=picked.get("bond"),
        site=picked.get("site"),
        value=picked.get("value"),
        sites=tuple(picked.get("sites") or ()),
    )

"""The view as one HTML file that opens anywhere: the same scripts, the same scene.

What draws in the app draws in the file: polyhedra, the frame of a supercell, projection,
legend, axes, colour bar and centring cannot differ. Everything that may come from a file
is JSON in which no tag can begin, or escaped.
"""

import base64
import html
import json
from collections.abc import Sequence
from typing import Literal

import streamlit as st

from crysformer.errors import SettingsError
from crysformer.picture.scene import Scene
from crysformer.ui.viewer import grid, view

_THEME = {
    "background-color": "backgroundColor",
    "secondary-background-color": "secondaryBackgroundColor",
    "text-color": "textColor",
    "border-color": "borderColor",
    "primary-color": "primaryColor",
}
_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
:root {{ {theme} --st-font: system-ui, sans-serif; color-scheme: {scheme}; }}
body {{ margin: 0; padding: 0.75rem; background: var(--st-background-color);
  color: var(--st-text-color); font-family: var(--st-font); }}
h1 {{ margin: 0 0 0.5rem; font-size: 1rem; line-height: 1.5rem; }}
{css}
</style>
</head>
<body>
<h1>{title}</h1>
{body}
<script id="data" type="application/json">{data}</script>
<script src="data:text/javascript;base64,{library}"></script>
<script type="module">
{script}
const data = JSON.parse(document.getElementById("data").textContent);
const room = () => window.innerHeight - {outside};
const view = {{
  data: [{{ ...data, height: room() }}],
  parentElement: document.body,
  setTriggerValue() {{}},
  setStateValue() {{}},
}};
{start}(view);
</script>
</body>
</html>
"""


def standalone_page(
    scenes: Sequence[Scene],
    names: Sequence[str],
    title: str,
    file_name: str,
    scheme: Literal["light", "dark"] | None = None,
) -> bytes:
    """Write one crystal, or several side by side, as a page with its viewer inside.

    Args:
        scenes: What to draw.
        names: What is written above each of several; may come from a file.
        title: Heading of the page; may come from a file.
        file_name: What a picture saved there is called, without its ending.
        scheme: Colours of the page, light where it is not known.

    Raises:
        SettingsError: 3Dmol.js has not been fetched.
    """
    if not view.LIBRARY.is_file():
        raise SettingsError(view.MISSING)
    facts = {
        "title": file_name,
        "picked": {"bonds": [], "sites": []},
        "pickable": True,
        "awaited": False,
        "library": view.library_facts(),
    }
    if len(scenes) == 1:
        parts = (view.HTML, view.CSS, view.JS, "startView", 64)
        facts |= {"scene": scenes[0].payload, "hash": scenes[0].hash}
    else:
        parts = (grid.HTML, grid.CSS, grid.JS, "startGrid", 112)
        facts["scenes"] = [
            {"scene": scene.payload, "hash": scene.hash, "name": name}
            for scene, name in zip(scenes, names, strict=True)
        ]
    body, css, script, start, outside = parts
    colours = scheme or "light"
    page = _PAGE.format(
        title=html.escape(title),
        theme=_theme(colours),
        scheme=colours,
        css=css,
        body=body,
        # No tag can begin without it, and JSON reads it back.
        data=json.dumps(facts).replace("<", "\\u003c"),
        library=base64.b64encode(view.LIBRARY.read_bytes()).decode(),
        script=script,
        start=start,
        outside=outside,
    )
    return page.encode()


def _theme(scheme: str) -> str:
    """The app's colours under the names that the view's styles ask for."""
    colours = {
        name: st.get_option(f"theme.{scheme}.{option}") for name, option in _THEME.items()
    }
    return " ".join(f"--st-{name}: {colour};" for name, colour in colours.items())

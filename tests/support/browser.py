"""What browser tests ask of the viewer."""

import io
import json
import math
import shutil

import numpy as np
from PIL import Image

from crysformer.paths import ROOT, STATIC

ARTIFACTS = ROOT / "artifacts"
LIBRARY = STATIC / "3Dmol-min.js"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

VIEW = ".crystal-view"
READY = f'{VIEW}[data-ready="true"]'
NASTY = "<img src=x onerror='window.hacked=1'>.vasp"
POSCAR = b"CsCl\n1.0\n4.12 0 0\n0 4.12 0\n0 0 4.12\nCs Cl\n1 1\nDirect\n0 0 0\n.5 .5 .5\n"
CIF = b"""data_x
_cell_length_a 4.21
_cell_length_b 4.21
_cell_length_c 4.21
_cell_angle_alpha 90
_cell_angle_beta 90
_cell_angle_gamma 90
_symmetry_space_group_name_H-M 'F m -3 m'
_symmetry_Int_Tables_number 225
loop_
_atom_site_label
_atom_site_type_symbol
_atom_site_fract_x
_atom_site_fract_y
_atom_site_fract_z
Mg1 Mg 0 0 0
O1 O .5 .5 .5
"""
XYZ = b"""2
Lattice="2.87 0 0 0 2.87 0 0 0 2.87" Properties=species:S:1:pos:R:3 pbc="T T T"
Fe 0 0 0
Fe 1.435 1.435 1.435
"""


def scene(page) -> dict:
    """Read the facts the viewer publishes about itself."""
    # From the element that was ready: a change of page puts an empty one in its place.
    return json.loads(page.wait_for_selector(READY).get_attribute("data-scene"))


def wait_for_scene(page, test, timeout_s: float = 60.0) -> dict:
    """Wait until the published facts pass a test."""
    for _ in range(int(timeout_s / 0.1)):
        facts = scene(page)
        if test(facts):
            return facts
        page.wait_for_timeout(100)
    raise AssertionError(f"the viewer still says {facts}")


def next_frames(page) -> None:
    """Let the page draw twice: what it was told before is then done and published."""
    page.evaluate(
        "() => new Promise(done =>"
        " requestAnimationFrame(() => requestAnimationFrame(done)))"
    )


def wait_for_turn(page, camera: list[float]) -> list[float]:
    """Wait until the crystal has turned from a camera, and turns no longer.

    Returns:
        Its camera then.
    """
    for _ in range(600):
        before = scene(page)["camera"]
        next_frames(page)
        if camera != before == scene(page)["camera"]:
            return before
    raise AssertionError(f"the crystal is still turning from {camera}")


def run_ended(page) -> None:
    """Wait until the script that draws the page is done."""
    page.locator('[data-test-script-state="notRunning"]').wait_for(state="attached")


def attention_facts(page) -> dict:
    """Wait for a picture of attention and read its facts."""
    return wait_for_scene(page, lambda facts: facts["layer"] == "Model edges", 60)


def hover_point(page, plot, index: int = 0) -> tuple[float, float]:
    """Move the mouse to a point of a plot until the plot says that it is there.

    A page that still draws what is above a plot moves it away from under the mouse.

    Returns:
        Where the mouse is.
    """
    point = plot.locator(".points path").nth(index)
    label = plot.locator(".hoverlayer .hovertext").first
    point.wait_for()
    run_ended(page)
    for _ in range(60):
        point.scroll_into_view_if_needed()
        next_frames(page)
        box = point.bounding_box()
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        page.mouse.move(x - 60, y)
        page.mouse.move(x, y, steps=6)
        page.wait_for_timeout(200)
        if label.is_visible() and point.bounding_box() == box:
            return x, y
    raise AssertionError(f"no label of the point at {x}, {y}")


def click_point(page, plot, index: int = 0) -> None:
    """Click a point of a plot."""
    page.mouse.click(*hover_point(page, plot, index))


def open_panel(page):
    """Open the panel of "Add crystal", and wait until it can take files.

    Opening it runs the script again. Streamlit drops its own answer to the browser's
    question where to put a file if a script starts in the same moment.

    Returns:
        The panel.
    """
    page.get_by_role("button", name="Add crystal").click()
    panel = page.get_by_test_id("stPopoverBody")
    panel.wait_for()
    page.wait_for_timeout(300)
    run_ended(page)
    return panel


def upload(page, name: str, content: bytes) -> None:
    """Give the app a file, and wait until it is in and the panel has closed."""
    panel = open_panel(page)
    panel.locator('input[type="file"]').set_input_files(
        {"name": name, "mimeType": "text/plain", "buffer": content}
    )
    panel.wait_for(state="hidden")


def colours(page) -> int:
    """Count the colours of the drawn picture; a blank canvas has one."""
    return count_colours(page.locator(f"{VIEW} .stage").screenshot())


def wait_for_colours(page, more_than: int) -> None:
    """Wait until the picture shows what it is to show, at the size it is to have."""
    for _ in range(300):
        if colours(page) > more_than:
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"the picture has {colours(page)} colours")


def count_colours(shot: bytes) -> int:
    """Count the colours of a screenshot."""
    return len(
        np.unique(
            np.asarray(Image.open(io.BytesIO(shot)).convert("RGB")).reshape(-1, 3), axis=0
        )
    )


def at(page, point) -> tuple[float, float]:
    """Page position of a model point, from the camera the viewer publishes."""
    camera = scene(page)["camera"]
    box = page.locator(f"{VIEW} .stage").bounding_box()
    x, y, z, w = camera[4:]
    right = [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)]
    up = [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)]
    moved = np.add(point, camera[:3])
    scale = box["width"] / (2 * (150 - camera[3]) * math.tan(math.radians(20)))
    return (
        box["x"] + box["width"] / 2 + scale * float(np.dot(right, moved)),
        box["y"] + box["height"] / 2 - scale * float(np.dot(up, moved)),
    )

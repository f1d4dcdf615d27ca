"""A scene as a py3Dmol view and as one HTML file that needs no network.

py3Dmol does not escape what it is given, so nothing that came out of a file goes in:
numbers, colours of our own tables and element symbols only.
"""

import base64
import math
from pathlib import Path

import py3Dmol

from crysformer.errors import SettingsError
from crysformer.paths import STATIC
from crysformer.picture.scene import Scene

SCRIPT = STATIC / "3Dmol-min.js"
"""Fetched and verified by ``python -m crysformer.picture.asset``."""

BACKGROUND = "#ffffff"
CELL_COLOUR = "#7a8594"


def standalone_html(
    scene: Scene, *, width: int = 900, height: int = 700, script: Path = SCRIPT
) -> str:
    """A page with the scene and the viewer's script inside.

    Args:
        scene: What to draw; polyhedra and wedges are left out.
        width: Pixels.
        height: Pixels.
        script: 3Dmol.js.

    Raises:
        SettingsError: The script has not been fetched.
    """
    view = scene_view(scene, width=width, height=height, script=script)
    page = view.write_html(fullpage=True)
    return page if isinstance(page, str) else page.decode()


def scene_view(
    scene: Scene, *, width: int, height: int, script: Path = SCRIPT
) -> py3Dmol.view:
    """The atoms, bonds and cell edges of a scene as a py3Dmol view.

    Args:
        scene: What to draw; polyhedra and wedges are left out.
        width: Pixels.
        height: Pixels.
        script: 3Dmol.js.

    Raises:
        SettingsError: The script has not been fetched.
    """
    view = py3Dmol.view(width=width, height=height, js=_script_url(script))
    payload = scene.payload
    sites = payload["sites"]
    for site, xyz in zip(payload["atoms"]["site"], payload["atoms"]["xyz"], strict=True):
        view.addSphere(
            {
                "center": _point(xyz),
                "radius": sites["radius"][site],
                "color": sites["colour"][site],
            }
        )
    bonds = payload["bonds"]
    if bonds is not None:
        for row, start, middle in zip(
            bonds["row"], bonds["start"], bonds["middle"], strict=True
        ):
            view.addCylinder(
                {
                    "start": _point(start),
                    "end": _point(middle),
                    "radius": bonds["radius"][row],
                    "color": bonds["colour"][row],
                    "fromCap": 1,
                    "toCap": 1,
                }
            )
    for start, end in _cell_edges(payload["cell"]["matrix"]):
        view.addLine({"start": _point(start), "end": _point(end), "color": CELL_COLOUR})
    view.setBackgroundColor(BACKGROUND)
    view.rotate(*_turn(payload["views"]["home"]))
    view.zoomTo()
    return view


def _turn(quaternion: list[float]) -> tuple[float, dict[str, float]]:
    """Angle (degrees) and axis of a rotation given as ``[x, y, z, w]``."""
    *axis, cosine = quaternion
    sine = math.hypot(*axis)
    if sine < 1e-9:
        return 0.0, _point([0.0, 0.0, 1.0])
    angle = math.degrees(2 * math.atan2(sine, cosine))
    return angle, _point([part / sine for part in axis])


def _script_url(script: Path) -> str:
    """The viewer's script as a data URL, so that the page needs nothing beside itself."""
    if not script.is_file():
        raise SettingsError(
            f"{script.name} is not there; "
            "“python -m crysformer.picture.asset” fetches it."
        )
    content = base64.b64encode(script.read_bytes()).decode()
    return f"data:text/javascript;base64,{content}"


def _point(xyz: list[float]) -> dict[str, float]:
    return dict(zip("xyz", xyz, strict=True))


def _cell_edges(matrix: list[list[float]]) -> list[tuple[list[float], list[float]]]:
    """The twelve edges of the unit cell, ends in Å."""
    edges = []
    for axis in range(3):
        others = [k for k in range(3) if k != axis]
        for u in (0, 1):
            for v in (0, 1):
                start = [
                    u * a + v * b
                    for a, b in zip(matrix[others[0]], matrix[others[1]], strict=True)
                ]
                end = [s + c for s, c in zip(start, matrix[axis], strict=True)]
                edges.append((start, end))
    return edges

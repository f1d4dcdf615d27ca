"""A small picture of a crystal as SVG: balls and sticks from the viewer's own scene.

The picture is the one the 3D view starts with, projected along its home view and drawn
from back to front. It holds numbers and colours alone, no string of a file.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
from pymatgen.core import Structure

from crysformer.arrays import FloatArray
from crysformer.picture.bonds import chemical_bonds
from crysformer.picture.copies import Beyond
from crysformer.picture.palette import Scheme, muted, to_hex, to_rgb
from crysformer.picture.scene import build_scene

WIDTH, HEIGHT = 120, 96

_MARGIN = 3
# Beyond this, sticks are a grey tangle at this size and most of the picture's bytes.
_MAX_STICKS = 500
_CELL = "#8a94a3"
# The twelve edges of a cell, as pairs of corners in fractions.
_EDGES = np.array(
    [
        (corner, corner + step)
        for corner in np.array(list(np.ndindex(2, 2, 2)))
        for step in np.eye(3, dtype=int)
        if not (corner @ step)
    ]
)


def thumbnail(structure: Structure, scheme: Scheme = Scheme.JMOL) -> str:
    """Draw one cell with the atoms on its faces repeated.

    Args:
        structure: Ordered crystal, drawn in the cell it is given in.
        scheme: Element colours.

    Returns:
        An SVG document of ``WIDTH`` by ``HEIGHT``, transparent, the same for the same
        crystal.
    """
    scene = build_scene(
        structure, chemical_bonds(structure), beyond=Beyond.NOTHING, scheme=scheme
    ).payload
    sites, atoms = scene["sites"], scene["atoms"]
    turn = _rotation(scene["views"]["home"])
    centres = np.array(atoms["xyz"]) @ turn.T
    radii = np.array([sites["radius"][site] for site in atoms["site"]])
    edges = (_EDGES @ structure.lattice.matrix) @ turn.T
    scale, shift = _fit(centres, radii, edges.reshape(-1, 3))
    kinds = {symbol: k for k, symbol in enumerate(dict.fromkeys(sites["symbol"]))}
    colours = dict(zip(sites["symbol"], sites["colour"], strict=True))
    parts = list(_sticks(scene["bonds"], turn, scale, shift))
    for centre, radius, site in zip(centres, radii, atoms["site"], strict=True):
        x, y = _place(centre, scale, shift)
        kind = kinds[sites["symbol"][site]]
        ball = f'<circle cx="{x}" cy="{y}" r="{scale * radius:.1f}" class="e{kind}"/>'
        parts.append((centre[2], ball))
    drawn = [part for _, part in sorted(parts, key=lambda part: part[0])]
    return "".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
            f'width="{WIDTH}" height="{HEIGHT}">',
            _look([colours[symbol] for symbol in kinds]),
            _cell(edges, scale, shift),
            *drawn,
            "</svg>",
        ]
    )


def _rotation(quaternion: list[float]) -> FloatArray:
    """Matrix of a unit quaternion ``[x, y, z, w]``."""
    x, y, z, w = quaternion
    return np.array(
        [
            [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
            [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
            [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
        ]
    )


def _fit(
    centres: FloatArray, radii: FloatArray, corners: FloatArray
) -> tuple[float, FloatArray]:
    """Pixels per Å, and the point of the picture's plane that lies in its middle."""
    reach = radii[:, None]
    flat = centres[:, :2]
    low = np.minimum((flat - reach).min(axis=0), corners[:, :2].min(axis=0))
    high = np.maximum((flat + reach).max(axis=0), corners[:, :2].max(axis=0))
    room = np.array([WIDTH, HEIGHT]) - 2 * _MARGIN
    return float((room / (high - low)).min()), (low + high) / 2


def _place(point: FloatArray, scale: float, shift: FloatArray) -> tuple[str, str]:
    x, y = (point[:2] - shift) * scale
    return f"{WIDTH / 2 + x:.1f}", f"{HEIGHT / 2 - y:.1f}"


def _sticks(
    bonds: dict[str, Any], turn: FloatArray, scale: float, shift: FloatArray
) -> Iterator[tuple[float, str]]:
    """Half bonds with their depth, each in the colour of its own atom."""
    if len(bonds["row"]) > _MAX_STICKS:
        return
    starts, middles = (np.array(bonds[end]) @ turn.T for end in ("start", "middle"))
    for row, start, middle in zip(bonds["row"], starts, middles, strict=True):
        (x1, y1), (x2, y2) = (_place(end, scale, shift) for end in (start, middle))
        colour = muted(bonds["colour"][row])
        line = f'<path d="M{x1} {y1}L{x2} {y2}" stroke="{colour}"/>'
        yield (start[2] + middle[2]) / 2, line


def _cell(edges: FloatArray, scale: float, shift: FloatArray) -> str:
    lines = []
    for start, end in edges:
        (x1, y1), (x2, y2) = (_place(point, scale, shift) for point in (start, end))
        lines.append(f"M{x1} {y1}L{x2} {y2}")
    return f'<path d="{"".join(lines)}" class="cell"/>'


def _look(colours: list[str]) -> str:
    """Styles and, for each element, a gradient that makes a disc a ball."""
    rules = [
        "path{stroke-width:2;stroke-linecap:round;fill:none}",
        f".cell{{stroke:{_CELL};stroke-width:.7}}",
        "circle{stroke:#000;stroke-opacity:.35;stroke-width:.5}",
    ]
    gradients = []
    for k, colour in enumerate(colours):
        rules.append(f".e{k}{{fill:url(#g{k})}}")
        light = to_hex(0.45 * to_rgb(colour) + 0.55 * 255)
        dark = to_hex(0.72 * to_rgb(colour))
        gradients.append(
            f'<radialGradient id="g{k}" cx=".36" cy=".32" r=".72">'
            f'<stop stop-color="{light}"/><stop offset=".45" stop-color="{colour}"/>'
            f'<stop offset="1" stop-color="{dark}"/></radialGradient>'
        )
    return f"<style>{''.join(rules)}</style><defs>{''.join(gradients)}</defs>"

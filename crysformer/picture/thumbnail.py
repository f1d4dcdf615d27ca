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
from crysformer.picture.projection import Projection, radii
from crysformer.picture.scene import build_scene

WIDTH, HEIGHT = 120, 96

_MARGIN = 3
# Beyond this, sticks are a grey tangle at this size and most of the picture's bytes.
_MAX_STICKS = 500
_CELL = "#8a94a3"


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
    )
    flat = Projection.of(scene, WIDTH, HEIGHT, _MARGIN)
    sites, atoms = scene.payload["sites"], scene.payload["atoms"]
    kinds = {symbol: k for k, symbol in enumerate(dict.fromkeys(sites["symbol"]))}
    colours = dict(zip(sites["symbol"], sites["colour"], strict=True))
    parts = list(_sticks(scene.payload["bonds"], flat))
    centres = flat.place(np.array(atoms["xyz"]))
    for (x, y, depth), radius, site in zip(
        centres, flat.scale * radii(scene), atoms["site"], strict=True
    ):
        kind = kinds[sites["symbol"][site]]
        ball = f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}" class="e{kind}"/>'
        parts.append((depth, ball))
    drawn = [part for _, part in sorted(parts, key=lambda part: part[0])]
    return "".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
            f'width="{WIDTH}" height="{HEIGHT}">',
            _look([colours[symbol] for symbol in kinds]),
            _cell(flat),
            *drawn,
            "</svg>",
        ]
    )


def _sticks(bonds: dict[str, Any], flat: Projection) -> Iterator[tuple[float, str]]:
    """Half bonds with their depth, each in the colour of its own atom."""
    if len(bonds["row"]) > _MAX_STICKS:
        return
    starts, middles = (
        flat.place(np.array(bonds[end]).reshape(-1, 3)) for end in ("start", "middle")
    )
    for row, start, middle in zip(bonds["row"], starts, middles, strict=True):
        colour = muted(bonds["colour"][row])
        line = f'<path d="{_line(start, middle)}" stroke="{colour}"/>'
        yield (start[2] + middle[2]) / 2, line


def _cell(flat: Projection) -> str:
    lines = [_line(start, end) for start, end in flat.place(flat.edges)]
    return f'<path d="{"".join(lines)}" class="cell"/>'


def _line(start: FloatArray, end: FloatArray) -> str:
    return f"M{start[0]:.1f} {start[1]:.1f}L{end[0]:.1f} {end[1]:.1f}"


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

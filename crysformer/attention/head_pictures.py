"""Small pictures of a crystal, one for each block and head, as plain numbers.

All of them are the crystal of the large picture, seen as that first shows it; they differ
in the colours of the bonds alone. So the lines are sent once, and for each head only a
colour for each kind of equal bonds.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from crysformer.arrays import FloatArray, IntArray
from crysformer.attention.bond_picture import PLAIN, Drawing, model_bonds
from crysformer.attention.reduce import Choice, Over, bond_values, scale_for, shown_values
from crysformer.graph.crystal import CrystalGraph
from crysformer.picture.palette import Scale, Scheme
from crysformer.picture.projection import Projection, radii
from crysformer.picture.scene import build_scene

if TYPE_CHECKING:
    from crysformer.attention.weights import BondAttention, PairAttention

WIDTH, HEIGHT = 100, 84
MAX_BONDS = 600
"""More bonds than these are a tangle at this size; the strongest are kept."""

NOT_DRAWN, COLOURS = -1, 33
THIN, THICK = 1.4, 4.0
_MARGIN = 6


def head_pictures(
    attention: "BondAttention",
    choice: Choice,
    drawing: Drawing = PLAIN,
    scheme: Scheme = Scheme.JMOL,
) -> dict[str, Any]:
    """Make the small pictures of one module, or of the difference of both.

    Args:
        attention: Weights of all bonds.
        choice: Module and measure; block and head do not matter.
        drawing: Which bonds of each head are drawn.
        scheme: Element colours.

    Returns:
        ``size`` of one picture; its ``parts`` from back to front, an atom as
        ``[x, y, radius, colour]`` and half a bond as ``[x, y, x, y, kind]``; ``edges`` of
        the cell; ``heads``, by block and head a colour for each kind of bonds, an index
        into ``palette`` and ``widths``, or ``NOT_DRAWN``.
    """
    bonds = attention.bonds
    values = _of_heads(attention, lambda single: bond_values(attention, single), choice)
    drawn = np.stack([drawing.keep.keep(head, bonds.i) for head in values.T], axis=1)
    scale = scale_for(values, choice, dark=drawing.dark)
    strength = np.where(drawn, scale.strength(values) + 1.0, 0.0).max(axis=1)
    kept = np.zeros(len(bonds), dtype=bool)
    kept[np.argsort(-strength, kind="stable")[:MAX_BONDS]] = True
    return {
        **_parts(attention.graph, kept & (strength > 0), bonds.orbit, scheme),
        **_colours(attention, values, drawn, scale, bonds.orbit),
    }


def pair_head_pictures(
    attention: "PairAttention",
    choice: Choice,
    bond: int,
    drawing: Drawing = PLAIN,
    scheme: Scheme = Scheme.JMOL,
) -> dict[str, Any]:
    """Make the small pictures of the bonds that one bond attends to.

    Args:
        attention: Weights of all pairs of bonds.
        choice: Module and measure; block and head do not matter.
        bond: The bond that attends.
        drawing: Which partners of each head are drawn.
        scheme: Element colours.

    Returns:
        As ``head_pictures``; every partner is a kind of its own.
    """
    graph, pairs = attention.graph, attention.pairs
    rows = np.flatnonzero(pairs.bond == bond)
    cross, conditional = attention.cross[rows], attention.conditional[rows]
    degree = np.full(len(rows), len(rows))
    values = _of_heads(
        attention,
        lambda single: shown_values(cross, conditional, degree, single),
        choice,
    )
    one = np.zeros(len(rows), dtype=int)
    drawn = np.stack([drawing.keep.keep(head, one) for head in values.T], axis=1)
    scale = scale_for(values, choice, dark=drawing.dark)
    kind = np.zeros(len(graph.bonds), dtype=np.int64)
    kind[pairs.other[rows]] = np.arange(len(rows))
    kept = np.isin(np.arange(len(kind)), pairs.other[rows])
    focus = int(graph.bonds.i[bond])
    return {
        **_parts(graph, kept, kind, scheme, focus),
        **_colours(attention, values, drawn, scale, np.arange(len(rows))),
    }


def _of_heads(
    attention: "BondAttention | PairAttention",
    numbers: Callable[[Choice], FloatArray],
    choice: Choice,
) -> FloatArray:
    """Numbers of every single block and head, (bonds, blocks x heads)."""
    _, blocks, heads = attention.cross.shape
    single = replace(choice, over=Over.MEAN)
    columns = [
        numbers(replace(single, block=block, head=head))
        for block in range(blocks)
        for head in range(heads)
    ]
    return np.stack(columns, axis=1)


def _colours(
    attention: "BondAttention | PairAttention",
    values: FloatArray,
    drawn: NDArray[np.bool_],
    scale: Scale,
    kind: IntArray,
) -> dict[str, Any]:
    """One colour for each block, head and kind of bonds, and what the colours are."""
    _, blocks, heads = attention.cross.shape
    place = np.rint(scale.position(values) * (COLOURS - 1)).astype(int)
    first = np.unique(kind, return_index=True)[1]
    colour = np.where(drawn, place, NOT_DRAWN)[first]
    return {
        "heads": colour.T.reshape(blocks, heads, -1).tolist(),
        **_palette(scale),
    }


def _palette(scale: Scale) -> dict[str, Any]:
    """Evenly spaced colours of a scale, and how thick their lines are."""
    spaced = np.geomspace if scale.kind == "lift" else np.linspace
    numbers = spaced(scale.low, scale.high, COLOURS)
    thickness = THIN + (THICK - THIN) * scale.strength(numbers)
    return {
        "palette": scale.colours(numbers),
        "widths": np.round(thickness, 2).tolist(),
    }


def _parts(
    graph: CrystalGraph,
    kept: NDArray[np.bool_],
    kind: IntArray,
    scheme: Scheme,
    focus: int | None = None,
) -> dict[str, Any]:
    """Atoms and half bonds on the picture's plane, and the cell behind them."""
    bonds = model_bonds(graph).select(kept)
    # Bonds that carry numbers make the colours of atoms recede, as in the large picture.
    coloured = replace(bonds, colour=["#808080"] * len(bonds))
    scene = build_scene(graph.structure, coloured, scheme=scheme, focus=focus)
    flat = Projection.of(scene, WIDTH, HEIGHT, _MARGIN)
    sites, atoms, drawn = (scene.payload[name] for name in ("sites", "atoms", "bonds"))
    kind = kind[bonds.id]
    starts, middles = (
        flat.place(np.array(drawn[end]).reshape(-1, 3)) for end in ("start", "middle")
    )
    parts: list[tuple[float, list[Any]]] = [
        ((start[2] + middle[2]) / 2, [*_pixels(*start[:2], *middle[:2]), int(kind[row])])
        for row, start, middle in zip(drawn["row"], starts, middles, strict=True)
    ]
    parts += [
        (depth, [*_pixels(x, y, radius), sites["colour"][site]])
        for (x, y, depth), radius, site in zip(
            flat.place(np.array(atoms["xyz"])),
            flat.scale * radii(scene),
            atoms["site"],
            strict=True,
        )
    ]
    return {
        "size": [WIDTH, HEIGHT],
        "parts": [part for _, part in sorted(parts, key=lambda part: part[0])],
        "edges": [_pixels(*start[:2], *end[:2]) for start, end in flat.place(flat.edges)],
    }


def _pixels(*numbers: float) -> list[float]:
    return [round(float(number), 1) for number in numbers]

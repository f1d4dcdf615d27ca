"""Attention between bonds that meet at an atom: which other bonds one bond attends to.

In the line graph bonds are nodes; a bond attends to the other bonds of its centre atom,
and the feature of such a pair is the angle between them.
"""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from crysformer.attention.bond_picture import (
    PLAIN,
    THICK,
    THIN,
    Drawing,
    Picture,
    model_bonds,
    ranked,
)
from crysformer.attention.reduce import Choice, scale_for, shown_values
from crysformer.graph.crystal import CrystalGraph
from crysformer.picture.bonds import DrawnBonds
from crysformer.picture.copies import Crystal
from crysformer.picture.overlays import angle_wedge
from crysformer.picture.palette import Scale

if TYPE_CHECKING:
    import pandas as pd

    from crysformer.attention.weights import PairAttention

# More wedges than these hide each other; equal ones are drawn together or not at all.
MAX_WEDGES = 8


def pair_picture(
    attention: "PairAttention",
    choice: Choice,
    bond: int,
    drawing: Drawing = PLAIN,
) -> Picture:
    """Show which bonds one bond attends to, by colour and by wedges of the angle.

    Args:
        attention: Weights of all pairs of bonds.
        choice: Which number to show.
        bond: The bond that attends.
        drawing: Which partners to draw, and how; they are those of one atom.
    """
    graph, pairs = attention.graph, attention.pairs
    rows = np.flatnonzero(pairs.bond == bond)
    degree = np.full(len(rows), len(rows))
    values = shown_values(
        attention.cross[rows], attention.conditional[rows], degree, choice
    )
    scale = scale_for(values, choice, dark=drawing.dark)
    bonds, other, angle = model_bonds(graph), pairs.other[rows], pairs.angle_deg[rows]
    shown = np.flatnonzero(drawing.keep.keep(values, np.zeros(len(values), dtype=int)))
    wedges = [
        _wedge(graph, bonds, bond, int(other[k]), values[k], angle[k], scale, choice)
        for k in shown[_leading(values[shown])]
    ]
    return Picture(
        _partners(
            bonds, bond, other[shown], values[shown], scale, choice, drawing.thickness
        ),
        scale.bar(choice.title),
        _pair_table(graph, bonds, rows, values),
        f"{len(other)} bonds that {_name(graph, bonds, bond)} attends to",
        wedges,
        focus=int(bonds.i[bond]),
    )


def _leading(values: NDArray[np.float64]) -> NDArray[np.intp]:
    """Order the largest values, as whole groups of equal ones, at least one group."""
    order = ranked(values)
    size = np.round(np.abs(values[order]), 9)
    ends = np.flatnonzero(np.diff(size, append=-1.0)) + 1
    fitting = ends[ends <= MAX_WEDGES]
    return order[: fitting[-1] if len(fitting) else ends[0]]


def _partners(
    bonds: DrawnBonds,
    bond: int,
    other: NDArray[np.int64],
    values: NDArray[np.float64],
    scale: Scale,
    choice: Choice,
    thickness: float,
) -> DrawnBonds:
    """Paint the partners by their numbers and the bond itself grey."""
    keep = np.zeros(len(bonds), dtype=bool)
    keep[other] = keep[bond] = True
    colour, radius, note = (
        ["#808080"] * len(bonds),
        np.full(len(bonds), THIN),
        [""] * len(bonds),
    )
    strength = scale.strength(values)
    for row, paint, weight, value in zip(
        other, scale.colours(values), strength, values, strict=True
    ):
        colour[row] = paint
        radius[row] = thickness * (THIN + (THICK - THIN) * weight)
        note[row] = f"attended to with {choice.measure.lower()} {value:.4f}"
    radius[bond], note[bond] = THICK / 2, "the selected bond"
    return replace(bonds, colour=colour, radius=radius, note=note).select(keep)


def _wedge(
    graph: CrystalGraph,
    bonds: DrawnBonds,
    bond: int,
    other: int,
    value: float,
    angle: float,
    scale: Scale,
    choice: Choice,
) -> dict[str, Any]:
    site = bonds.i[bond]
    centre = Crystal.of(graph.structure).position(np.array([site]), np.zeros((1, 3)))[0]
    strength = float(scale.strength([value])[0])
    return angle_wedge(
        centre,
        _vector(graph, bonds, bond),
        _vector(graph, bonds, other),
        radius=(0.5 + 0.2 * strength) * float(bonds.length[bond]),
        colour=scale.colours([value])[0],
        bond_id=other,
        text=f"{angle:.1f}° · {choice.measure.lower()} {value:.4f}",
    )


def _name(graph: CrystalGraph, bonds: DrawnBonds, row: int) -> str:
    labels = graph.labels
    image = " ".join(map(str, bonds.image[row].tolist()))
    return f"{labels[bonds.i[row]]} → {labels[bonds.j[row]]} ({image})"


def _vector(graph: CrystalGraph, bonds: DrawnBonds, row: int) -> NDArray[np.float64]:
    frac = graph.structure.frac_coords
    return (
        frac[bonds.j[row]] + bonds.image[row] - frac[bonds.i[row]]
    ) @ graph.structure.lattice.matrix


def _pair_table(
    graph: CrystalGraph,
    bonds: DrawnBonds,
    rows: NDArray[np.intp],
    values: NDArray[np.float64],
) -> "pd.DataFrame":
    # The page's first picture needs this module but no table: pandas takes a second.
    import pandas as pd

    labels, pairs = np.array(graph.labels), graph.pairs
    other = pairs.other[rows]
    table = pd.DataFrame(
        {
            "Bond": other,
            "Orbit": pairs.orbit[rows],
            "Equal": pairs.multiplicity[rows],
            "From": labels[bonds.i[other]],
            "To": labels[bonds.j[other]],
            "Image": [" ".join(map(str, image)) for image in bonds.image[other].tolist()],
            "Length": bonds.length[other],
            "Angle": pairs.angle_deg[rows],
            "Value": values,
        }
    )
    return table.iloc[ranked(values)].reset_index(drop=True)

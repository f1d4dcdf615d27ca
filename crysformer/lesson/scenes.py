"""The 3D pictures of the lesson: one atom and its bonds, coloured by what is taught."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from pymatgen.core import Structure

from crysformer.attention.bond_picture import THICK, THIN, model_bonds
from crysformer.graph.crystal import CrystalGraph
from crysformer.lesson.colours import CHOSEN, angle_bar, angle_scale, group_colours
from crysformer.lesson.neighbourhood import Neighbourhood
from crysformer.picture.bonds import DrawnBonds, chemical_bonds
from crysformer.picture.copies import GHOST, Crystal
from crysformer.picture.overlays import angle_wedge
from crysformer.picture.palette import Scale
from crysformer.picture.scene import Scene, build_scene
from crysformer.structure.labels import digest

_RADIUS = 0.09
_TO_THE_RIGHT = np.array([0.5, 0.87, 0.0])


def cell_scene(structure: Structure, repeats: int) -> Scene:
    """Draw the cell several times along each axis, with chemical bonds."""
    return build_scene(structure, chemical_bonds(structure), supercell=(repeats,) * 3)


def shell_scene(graph: CrystalGraph, around: Neighbourhood, shells: int) -> Scene:
    """Draw the first shells of neighbours, each in its colour."""
    shown = around.shell_of < shells
    notes = [f"shell {number + 1}" for number in around.shell_of]
    bonds = _bonds_of(graph, around, group_colours(around.shell_of), notes)
    return _focused(graph, around, bonds.select(shown))


def angle_scene(
    graph: CrystalGraph, around: Neighbourhood, place: int, *, dark: bool = False
) -> Scene:
    """Draw all bonds, and wedges of the different angles between one and the others.

    Args:
        graph: The crystal.
        around: The atom and its bonds.
        place: The bond whose angles are shown.
        dark: Whether the page is dark.
    """
    colours = group_colours(around.kind_of)
    colours[place] = CHOSEN
    notes = [f"bond {k + 1}" for k in range(len(around))]
    scale = angle_scale(dark)
    wedges = [
        _wedge(graph, around, place, other, scale)
        for other in one_of_each_angle(around, place)
    ]
    bonds = _bonds_of(graph, around, colours, notes)
    radius = np.full(len(around), _RADIUS)
    radius[place] = THICK
    return _focused(
        graph,
        around,
        replace(bonds, radius=radius),
        wedges=wedges,
        colour_bar=angle_bar(dark),
    )


def one_of_each_angle(around: Neighbourhood, place: int) -> list[int]:
    """One partner of a bond for each different angle, in ascending order of angle."""
    partners = np.delete(np.arange(len(around)), place)
    # Of equal angles the one that the camera, as the page opens, sees best.
    partners = partners[np.argsort(-(around.vector[partners] @ _TO_THE_RIGHT))]
    rounded = np.round(around.angles[place, partners], 1)
    return partners[np.unique(rounded, return_index=True)[1]].tolist()


def upright_bond(around: Neighbourhood) -> int:
    """The nearest neighbour that stands highest as the page opens."""
    return int(
        around.shells[0].members[around.vector[around.shells[0].members, 2].argmax()]
    )


def weight_scene(
    graph: CrystalGraph,
    around: Neighbourhood,
    weights: NDArray[np.floating],
    highest: float,
    *,
    dark: bool = False,
) -> Scene:
    """Draw all bonds, coloured and thickened by their attention.

    Args:
        graph: The crystal.
        around: The atom and its bonds.
        weights: Attention of each bond, (bonds,).
        highest: Upper end of the scale, so that pictures can be compared.
        dark: Whether the page is dark.
    """
    scale = Scale("sequential", 0.0, highest, dark)
    notes = [f"weight {100 * weight:.2f} %" for weight in weights]
    bonds = _bonds_of(graph, around, scale.colours(weights), notes)
    radius = THIN + (THICK - THIN) * scale.strength(weights)
    return _focused(
        graph,
        around,
        replace(bonds, radius=radius),
        colour_bar=scale.bar("Attention weight"),
    )


def kind_scene(graph: CrystalGraph, around: Neighbourhood, *, one_each: bool) -> Scene:
    """Draw bonds coloured by kind: all of them, or one of each kind."""
    notes = [
        f"kind {kind + 1}, one of {len(around.kinds[kind])} equal bonds"
        for kind in around.kind_of
    ]
    bonds = _bonds_of(graph, around, group_colours(around.kind_of), notes)
    if one_each:
        first = np.zeros(len(around), dtype=bool)
        first[[kind.members[0] for kind in around.kinds]] = True
        bonds = bonds.select(first)
    return _focused(graph, around, bonds)


def _bonds_of(
    graph: CrystalGraph,
    around: Neighbourhood,
    colours: Sequence[str],
    notes: Sequence[str],
) -> DrawnBonds:
    mask = np.zeros(len(graph.bonds), dtype=bool)
    mask[around.rows] = True
    return replace(
        model_bonds(graph).select(mask),
        colour=colours,
        radius=np.full(len(around), _RADIUS),
        note=notes,
    )


def _focused(
    graph: CrystalGraph,
    around: Neighbourhood,
    bonds: DrawnBonds,
    **extra: object,
) -> Scene:
    """Draw one atom and the ends of its bonds alone, in the box of the cell."""
    scene = build_scene(graph.structure, bonds, focus=around.site, **extra)
    rows = scene.payload["bonds"]
    ends = {tuple(point) for point in rows["start"][:1] + rows["middle"]}
    atoms = scene.payload["atoms"]
    kept = [k for k, place in enumerate(atoms["xyz"]) if tuple(place) in ends]
    payload = scene.payload | {
        "atoms": {name: [values[k] for k in kept] for name, values in atoms.items()},
        "counts": scene.counts | _atom_counts([atoms["kind"][k] for k in kept]),
    }
    return Scene(payload, digest(payload), scene.structure_hash)


def _atom_counts(kinds: Sequence[int]) -> dict[str, int]:
    ghosts = sum(kind == GHOST for kind in kinds)
    return {"atoms": len(kinds) - ghosts, "ghosts": ghosts}


def _wedge(
    graph: CrystalGraph, around: Neighbourhood, place: int, other: int, scale: Scale
) -> dict[str, object]:
    crystal = Crystal.of(graph.structure)
    centre = crystal.position(np.array([around.site]), np.zeros((1, 3)))[0]
    angle = around.angles[place, other]
    # Wider angles are drawn further in, so that no wedge hides another.
    radius = (0.95 - 0.45 * angle / 180) * float(around.length[0])
    return angle_wedge(
        centre,
        around.vector[place],
        around.vector[other],
        radius=radius,
        colour=scale.colours([angle])[0],
        bond_id=int(around.rows[other]),
        text=f"{angle:.1f}° between bond {place + 1} and bond {other + 1}",
    )

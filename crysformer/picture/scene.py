"""What a viewer draws, as plain data: atoms, periodic images, bonds, cell, colours.

Nothing here knows the screen or the network. Every drawn atom draws the half of each of
its bonds from itself to the middle; the other half belongs to the neighbour and to the
reverse bond, so the two directions of a bond can carry different colours.

Lengths are in ångström. All coordinates are rounded to 0.1 mÅ, which makes the hash of
a scene the same on every machine.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
from pymatgen.core import Element, Structure

from crysformer.errors import SettingsError
from crysformer.picture.bonds import BondLayer, DrawnBonds
from crysformer.picture.camera import presets
from crysformer.picture.completion import missing_atoms
from crysformer.picture.copies import (
    GHOST,
    Beyond,
    Copies,
    Crystal,
    Halves,
    drawn_copies,
    drawn_halves,
    whole_bonds_of,
)
from crysformer.picture.overlays import polyhedra, polyhedron_centres
from crysformer.picture.palette import Scheme, element_colours, muted
from crysformer.structure.labels import digest, rounded, site_labels, structure_hash


class Style(StrEnum):
    """How atoms are drawn."""

    BALL_AND_STICK = "Ball and stick"
    SPACE_FILL = "Space-fill"
    POLYHEDRA = "Polyhedra"


BOND_RADIUS = 0.1
MAX_DRAWN_ATOMS = 4000


@dataclass(frozen=True)
class SiteColours:
    """Atoms painted by numbers instead of by element.

    Attributes:
        colour: Colour of each site as ``#rrggbb``.
        note: Words added to each site's hover text.
        bar: Description of the colours, from ``palette.Scale.bar``.
    """

    colour: Sequence[str]
    note: Sequence[str]
    bar: dict[str, Any]


@dataclass(frozen=True)
class Scene:
    """A picture as JSON-able data.

    Attributes:
        payload: Everything the viewer needs.
        hash: Digest of the payload; equal pictures have equal hashes.
        structure_hash: Digest of the crystal alone; the camera is remembered by it.
    """

    payload: dict[str, Any]
    hash: str
    structure_hash: str

    @property
    def counts(self) -> dict[str, int]:
        """Numbers of drawn things, for tests and for alternative texts."""
        return self.payload["counts"]


def build_scene(
    structure: Structure,
    bonds: DrawnBonds | None = None,
    *,
    supercell: tuple[int, int, int] = (1, 1, 1),
    boundary: bool = True,
    beyond: Beyond = Beyond.HALF_BONDS,
    style: Style = Style.BALL_AND_STICK,
    scheme: Scheme = Scheme.JMOL,
    colour_bar: dict[str, Any] | None = None,
    wedges: Sequence[dict[str, Any]] = (),
    focus: int | None = None,
    painted: SiteColours | None = None,
    complete: bool = True,
) -> Scene:
    """Lay out a crystal for drawing.

    Args:
        structure: Ordered crystal, drawn in the cell it is given in.
        bonds: Directed bonds in the structure's site order; None draws atoms only.
        supercell: Repeats of the cell along a, b and c, for display only.
        boundary: Whether atoms on faces, edges and corners are repeated there.
        beyond: What to draw of bonds that leave the drawn atoms.
        style: Balls and sticks, spheres of atomic radius without bonds, or the hulls
            that the bonded neighbours of a cation span.
        scheme: Element colours.
        colour_bar: Description of the bond colours, from ``palette.Scale.bar``.
        wedges: Coloured angles, from ``overlays.angle_wedge``.
        focus: Site whose bonds alone are drawn, once and to their far ends, whatever
            ``beyond`` says; None draws those of all atoms.
        painted: Colours of sites that stand for numbers; None takes element colours.
        complete: Whether polyhedra and molecules are drawn whole where they reach beyond
            the drawn cell; only chemical bonds tell what these are.

    Raises:
        SettingsError: The supercell holds too many atoms to draw.
    """
    _check_size(len(structure), supercell)
    crystal = Crystal.of(structure)
    sticks, centres = _sticks(crystal, bonds, style)
    drawn = inner = drawn_copies(crystal, supercell, boundary)
    if focus is None or sticks is None:
        added = None
        if complete and sticks is not None and sticks.layer == BondLayer.CHEMICAL:
            added = missing_atoms(crystal, inner, sticks, centres)
        drawn, halves = drawn_halves(crystal, inner, sticks, beyond, added)
    else:
        drawn, halves = whole_bonds_of(crystal, drawn, sticks, focus)
    colours = element_colours(crystal.symbols, scheme)
    if bonds is not None and bonds.colour is not None:
        # Bonds that carry numbers come first; elements stay recognisable behind them.
        colours = {symbol: muted(colour) for symbol, colour in colours.items()}
    faces = polyhedra(crystal, inner, sticks, centres, colours) if sticks else []
    payload: dict[str, Any] = {
        "structure": structure_hash(structure),
        "supercell": list(supercell),
        "cell": _cell(structure),
        "views": presets(structure.lattice.matrix),
        "sites": _sites(crystal, colours, style, painted),
        "atoms": _atoms(crystal, drawn),
        "bonds": None if sticks is None else _bond_rows(crystal, sticks, colours, halves),
        "legend": [] if painted else _legend(crystal.symbols, colours),
        "colour_bar": colour_bar,
        "site_bar": painted.bar if painted else None,
        "wedges": list(wedges),
        "faces": faces,
    }
    payload["counts"] = {
        "atoms": int((drawn.kind != GHOST).sum()),
        "ghosts": int((drawn.kind == GHOST).sum()),
        "bonds": len(np.unique(halves.row)),
        "halves": len(halves.row),
        "hollow": int(sticks.one_way[np.unique(halves.row)].sum()) if sticks else 0,
        "wedges": len(wedges),
        "faces": len(faces),
    }
    return Scene(payload, digest(payload), payload["structure"])


def _check_size(sites: int, supercell: tuple[int, int, int]) -> None:
    atoms = int(np.prod(supercell)) * sites
    if atoms > MAX_DRAWN_ATOMS:
        raise SettingsError(
            f"A display supercell of {atoms} atoms is too large to draw; "
            f"the limit is {MAX_DRAWN_ATOMS}. Choose fewer repeats."
        )


def _sticks(
    crystal: Crystal, bonds: DrawnBonds | None, style: Style
) -> tuple[DrawnBonds | None, list[int]]:
    """Bonds that a style draws, and the sites it spans polyhedra around."""
    # Touching spheres hide every bond, so none is laid out.
    if bonds is None or style == Style.SPACE_FILL:
        return None, []
    centres = polyhedron_centres(crystal, bonds) if style == Style.POLYHEDRA else []
    if not centres:
        return bonds, []
    # Bonds between the polyhedra would hide them.
    return bonds.select(np.isin(bonds.i, centres) | np.isin(bonds.j, centres)), centres


def _radius(symbol: str, style: Style) -> float:
    element = Element(symbol)
    radius = element.atomic_radius or element.atomic_radius_calculated or 1.4
    if style == Style.SPACE_FILL:
        return round(float(radius), 3)
    return round(float(np.clip(0.16 + 0.22 * radius, 0.24, 0.7)), 3)


def _cell(structure: Structure) -> dict[str, Any]:
    lattice = structure.lattice
    return {"matrix": rounded(lattice.matrix), "lengths": rounded(lattice.abc)}


def _sites(
    crystal: Crystal,
    colours: dict[str, str],
    style: Style,
    painted: SiteColours | None,
) -> dict[str, list[Any]]:
    by_element = [colours[symbol] for symbol in crystal.symbols]
    return {
        "symbol": list(crystal.symbols),
        "label": site_labels(crystal.symbols),
        "colour": list(painted.colour) if painted else by_element,
        "note": list(painted.note) if painted else None,
        "radius": [_radius(symbol, style) for symbol in crystal.symbols],
    }


def _atoms(crystal: Crystal, drawn: Copies) -> dict[str, list[Any]]:
    return {
        "site": drawn.site.tolist(),
        "xyz": rounded(crystal.position(drawn.site, drawn.cell)),
        "image": (drawn.cell - crystal.shift[drawn.site]).tolist(),
        "kind": drawn.kind.tolist(),
    }


def _bond_rows(
    crystal: Crystal, bonds: DrawnBonds, colours: dict[str, str], halves: Halves
) -> dict[str, Any]:
    labels = site_labels(crystal.symbols)
    own = [colours[crystal.symbols[i]] for i in bonds.i]
    radius = np.full(len(bonds), BOND_RADIUS) if bonds.radius is None else bonds.radius
    start = crystal.position(halves.site, halves.cell)
    cell = halves.cell + crystal.neighbour_cell(bonds)[halves.row]
    end = crystal.position(bonds.j[halves.row], cell)
    return {
        "layer": bonds.layer,
        "id": bonds.id.tolist(),
        "i": bonds.i.tolist(),
        "j": bonds.j.tolist(),
        "text": _bond_texts(labels, bonds),
        "colour": list(bonds.colour) if bonds.colour is not None else own,
        "radius": rounded(radius),
        "hollow": bonds.one_way.astype(int).tolist(),
        "row": halves.row.tolist(),
        "start": rounded(start),
        "middle": rounded(start + halves.reach * (end - start)),
    }


def _bond_texts(labels: list[str], bonds: DrawnBonds) -> list[str]:
    """One line per bond; whoever shows it must treat it as text."""
    arrow = "\N{RIGHTWARDS ARROW}" if bonds.layer == BondLayer.MODEL else "\N{EN DASH}"
    texts = []
    for row in range(len(bonds)):
        parts = [
            f"{labels[bonds.i[row]]} {arrow} {labels[bonds.j[row]]}"
            f" ({' '.join(str(k) for k in bonds.image[row])})",
            f"{bonds.length[row]:.3f} Å",
        ]
        if bonds.note is not None:
            parts.append(bonds.note[row])
        if bonds.one_way[row]:
            parts.append("no reverse edge")
        texts.append(" · ".join(parts))
    return texts


def _legend(symbols: Sequence[str], colours: dict[str, str]) -> list[dict[str, Any]]:
    count = Counter(symbols)
    return [
        {"symbol": symbol, "colour": colour, "count": count[symbol]}
        for symbol, colour in colours.items()
    ]

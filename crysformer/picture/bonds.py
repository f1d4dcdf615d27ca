"""Directed bonds as a picture needs them, and the bonds a chemist would draw.

Directed bonds follow the graph's convention: atom ``i`` attends to atom ``j``, which sits
at ``frac_coords[j] + image``; indices count from zero in the structure's own order.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache

import numpy as np
from numpy.typing import NDArray
from pymatgen.core import Element, Structure

from crysformer.structure.periodic import Compact, Found, neighbours_within

MIN_COORDINATION, MAX_COORDINATION = 4, 8
"""Neighbours of a cation between which its polyhedron is easily read."""

_COVALENT_SLACK = 0.3
_STEP = 1.5


class BondLayer(StrEnum):
    """Which bonds of a crystal are drawn."""

    CHEMICAL = "Chemical bonds"
    MODEL = "Model edges"
    NONE = "No bonds"


@dataclass(frozen=True)
class DrawnBonds:
    """Directed bonds of one structure and how to draw them.

    Attributes:
        id: Number of each bond in the caller's table, ``(bonds,)``.
        i: Centre atoms, ``(bonds,)``.
        j: Neighbours, ``(bonds,)``.
        image: Cell shift of each neighbour, ``(bonds, 3)``.
        length: Bond lengths in Å, ``(bonds,)``.
        reverse: Id of each bond's reverse in the complete list, -1 where it has none.
        layer: Name of the layer these bonds form.
        colour: Colour of each bond; None lets each half take its atom's colour.
        radius: Thickness of each bond in Å; None draws all alike.
        note: Words added to each bond's hover text.
    """

    id: NDArray[np.int64]
    i: NDArray[np.int64]
    j: NDArray[np.int64]
    image: NDArray[np.int64]
    length: NDArray[np.float64]
    reverse: NDArray[np.int64]
    layer: BondLayer = BondLayer.MODEL
    colour: Sequence[str] | None = None
    radius: NDArray[np.float64] | None = None
    note: Sequence[str] | None = None

    @classmethod
    def of(
        cls,
        i: NDArray[np.int64],
        j: NDArray[np.int64],
        image: NDArray[np.int64],
        length: NDArray[np.float64],
        *,
        layer: BondLayer = BondLayer.MODEL,
    ) -> "DrawnBonds":
        """Number a complete list of bonds and find those without a reverse."""
        i, j, image = (np.asarray(array, dtype=np.int64) for array in (i, j, image))
        image = image.reshape(-1, 3)
        forward = list(
            zip(i.tolist(), j.tolist(), map(tuple, image.tolist()), strict=True)
        )
        number = {bond: row for row, bond in enumerate(forward)}
        back = [number.get((b, a, (-x, -y, -z)), -1) for a, b, (x, y, z) in forward]
        return cls(
            id=np.arange(len(i)),
            i=i,
            j=j,
            image=image,
            length=np.asarray(length, dtype=float),
            reverse=np.array(back, dtype=np.int64),
            layer=layer,
        )

    def __len__(self) -> int:
        return len(self.id)

    @property
    def one_way(self) -> NDArray[np.bool_]:
        """Whether the complete list lacks each bond's reverse, ``(bonds,)``."""
        return self.reverse < 0

    def select(self, mask: NDArray[np.bool_]) -> "DrawnBonds":
        """Keep some bonds; reverses were sought in the complete list."""
        rows = np.flatnonzero(mask)
        return replace(
            self,
            id=self.id[rows],
            i=self.i[rows],
            j=self.j[rows],
            image=self.image[rows],
            length=self.length[rows],
            reverse=self.reverse[rows],
            colour=None if self.colour is None else [self.colour[k] for k in rows],
            radius=None if self.radius is None else self.radius[rows],
            note=None if self.note is None else [self.note[k] for k in rows],
        )


def chemical_bonds(structure: Structure, tolerance: float = 0.1) -> DrawnBonds:
    """Find the bonds a chemist would draw, for pictures only.

    The rule is that of pymatgen's ``MinimumDistanceNN``: an atom is bonded to every
    neighbour at most ``1 + tolerance`` times as far as its nearest one, and a bond found
    from either end counts. Non-metals are also bonded where they are as close as their
    covalent radii (Slater, J. Chem. Phys. 41, 3199 (1964)) and 0.3 Å allow, so that a
    short C-H bond does not hide the ring of C. Where some cations have at most
    ``MAX_COORDINATION`` neighbours, the bonds of larger cages are left out: those of Sr
    would make a hedgehog of SrTiO3.

    The rule needs no table of oxidation states, gives 4, 6, 8 and 12 for diamond, rock
    salt, bcc and fcc, and runs over all atoms at once: ``CrystalNN`` takes seconds for a
    hundred atoms, and the cut-off table of VESTA has no metals.
    """
    compact = Compact.of(structure.lattice.matrix, structure.frac_coords)
    nearest = _nearest_distances(compact)
    covalent = _covalent_reach(structure)
    reach = (1 + tolerance) * nearest
    found = _within_reach(compact, np.maximum(reach, covalent + covalent.max()) + 1e-3)
    centre, neighbour, length = found.centre, found.neighbour, found.length
    # The larger reach of the two ends is the same for both directions of a bond.
    limit = np.maximum(reach[centre], reach[neighbour])
    both = np.minimum(covalent[centre], covalent[neighbour]) > 0
    held = np.where(both, covalent[centre] + covalent[neighbour], 0.0)
    rows = np.flatnonzero(length <= np.maximum(limit, held) + 1e-6)
    image = compact.given_image(centre, neighbour, found.image)
    rows = rows[~_of_cages(structure, centre[rows], neighbour[rows])]
    return DrawnBonds.of(
        centre[rows],
        neighbour[rows],
        image[rows],
        length[rows],
        layer=BondLayer.CHEMICAL,
    )


def cations(
    symbols: Sequence[str], i: NDArray[np.int64], j: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """Mark sites that are less electronegative than each of their neighbours, (sites,).

    Args:
        symbols: Element of each site.
        i: Centre of each bond.
        j: Its neighbour.
    """
    # Element.X warns where Pauling's scale has no value (noble gases).
    table = {symbol: float(Element(symbol).data.get("X") or 0.0) for symbol in symbols}
    own = np.array([table[symbol] for symbol in symbols])
    least = np.full(len(own), -np.inf)
    least[np.unique(i)] = np.inf
    np.minimum.at(least, i, own[j])
    return own < least


@cache
def is_nonmetal(symbol: str) -> bool:
    """Whether an element forms molecules: not a metal, metalloid or noble gas."""
    element = Element(symbol)
    return not (element.is_metal or element.is_metalloid or element.is_noble_gas)


def _covalent_reach(structure: Structure) -> NDArray[np.float64]:
    """Half the longest covalent bond of each site, Å; zero where it forms none."""
    half = {
        symbol: float(Element(symbol).atomic_radius or 0.0) + _COVALENT_SLACK / 2
        if is_nonmetal(symbol)
        else 0.0
        for symbol in structure.symbol_set
    }
    return np.array([half[site.specie.symbol] for site in structure])


def _of_cages(
    structure: Structure, i: NDArray[np.int64], j: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """Mark bonds of cations with many neighbours, where other cations have fewer."""
    symbols = [site.specie.symbol for site in structure]
    number = np.bincount(i, minlength=len(symbols))
    cation = cations(symbols, i, j)
    few = cation & (number >= MIN_COORDINATION) & (number <= MAX_COORDINATION)
    cage = cation & (number > MAX_COORDINATION)
    # The bonds of one kind of cation are all that some crystals have.
    return (cage[i] | cage[j]) if few.any() else np.zeros(len(i), dtype=bool)


def _nearest_distances(compact: Compact) -> NDArray[np.float64]:
    """Distance from each atom to its nearest neighbour, searched in growing spheres."""
    nearest = np.full(len(compact.frac_coords), np.inf)
    radius = 3.0
    while not np.isfinite(nearest).all():
        # Only around atoms that have none yet: the others may be close together.
        alone = np.flatnonzero(np.isinf(nearest))
        found = neighbours_within(compact.lattice, compact.frac_coords, alone, radius)
        np.minimum.at(nearest, found.centre, found.length)
        radius *= 1.5
    return nearest


def _within_reach(compact: Compact, reach: NDArray[np.float64]) -> Found:
    """Bonds that are in reach of one of their ends, in both directions, sorted."""
    # Spheres of similar size are searched at once.
    steps = np.ceil(np.log(reach / reach.min()) / np.log(_STEP) - 1e-9).astype(int)
    parts = []
    for step in np.unique(steps):
        centres = np.flatnonzero(steps == step)
        radius = float(reach[centres].max())
        part = neighbours_within(compact.lattice, compact.frac_coords, centres, radius)
        near = part.length <= reach[part.centre]
        one, other, image, length = (each[near] for each in part)
        parts += [(one, other, image, length), (other, one, -image, length)]
    bonds = [np.concatenate(column) for column in zip(*parts, strict=True)]
    centre, neighbour, image, length = bonds
    keys = np.column_stack([centre, np.rint(length * 1e6), neighbour, image])
    _, first = np.unique(keys.astype(np.int64), axis=0, return_index=True)
    return Found(*(column[first] for column in bonds))

"""Directed bonds as a picture needs them, and the bonds a chemist would draw.

Directed bonds follow the graph's convention: atom ``i`` attends to atom ``j``, which sits
at ``frac_coords[j] + image``; indices count from zero in the structure's own order.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray
from pymatgen.core import Structure


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
    from either end counts. It needs no table of radii or oxidation states, gives 4, 6, 8
    and 12 for diamond, rock salt, bcc and fcc, and runs over all atoms at once:
    ``CrystalNN`` takes seconds for a hundred atoms, and the cut-off table of VESTA has no
    metals.
    """
    nearest = _nearest_distances(structure)
    centre, neighbour, image, length = structure.get_neighbor_list(
        float(nearest.max()) * (1 + tolerance) + 1e-3
    )
    # The larger reach of the two ends is the same for both directions of a bond.
    reach = (1 + tolerance) * np.maximum(nearest[centre], nearest[neighbour])
    near = np.flatnonzero(length <= reach + 1e-6)
    rows = near[np.lexsort((length[near], centre[near]))]
    return DrawnBonds.of(
        centre[rows],
        neighbour[rows],
        np.rint(image[rows]),
        length[rows],
        layer=BondLayer.CHEMICAL,
    )


def _nearest_distances(structure: Structure) -> NDArray[np.float64]:
    """Distance from each atom to its nearest neighbour, searched in growing spheres."""
    nearest = np.full(len(structure), np.inf)
    radius = 3.0
    while not np.isfinite(nearest).all():
        centre, _, _, length = structure.get_neighbor_list(radius)
        nearest[:] = np.inf
        np.minimum.at(nearest, centre, length)
        radius *= 1.5
    return nearest

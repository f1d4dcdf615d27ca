"""How a person wants a crystal drawn."""

from dataclasses import dataclass
from typing import Any

from crysformer.picture.bonds import BondLayer
from crysformer.picture.copies import Beyond
from crysformer.picture.palette import Scheme
from crysformer.picture.scene import Style
from crysformer.structure.cells import CellChoice


@dataclass(frozen=True)
class ViewOptions:
    """How to draw a crystal.

    Attributes:
        style: Balls and sticks, touching spheres, or polyhedra.
        scheme: Element colours.
        beyond: What to draw of bonds that leave the cell.
        boundary: Whether atoms on the cell's faces are repeated.
        supercell: Repeats of the cell, for display only.
        layer: Which bonds are drawn, where the page leaves the choice.
        cell: Unit cell the crystal is drawn in.
        complete: Whether polyhedra and molecules are drawn whole.
    """

    style: Style = Style.BALL_AND_STICK
    scheme: Scheme = Scheme.JMOL
    beyond: Beyond = Beyond.HALF_BONDS
    boundary: bool = True
    supercell: tuple[int, int, int] = (1, 1, 1)
    layer: BondLayer = BondLayer.CHEMICAL
    cell: CellChoice = CellChoice.AS_GIVEN
    complete: bool = True

    def scene_arguments(self) -> dict[str, Any]:
        """Return the options as ``build_scene`` takes them."""
        return {
            "style": self.style,
            "scheme": self.scheme,
            "beyond": self.beyond,
            "boundary": self.boundary,
            "supercell": self.supercell,
            "complete": self.complete,
        }

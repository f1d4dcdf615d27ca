"""Controls of the 3D view that every page shares; all of them live in the URL."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, get_args

import streamlit as st

from crysformer.display_cell import CELLS, CellChoice
from crysformer.drawn_bonds import CHEMICAL_LAYER, MODEL_LAYER
from crysformer.palette import SCHEMES, Scheme
from crysformer.periodic import BEYOND, Beyond
from crysformer.scene import STYLES, Style
from crysformer.ui import state

MAX_REPEAT = 4
NO_LAYER = "No bonds"
LAYERS = (CHEMICAL_LAYER, MODEL_LAYER, NO_LAYER)


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
    """

    style: Style = STYLES[0]
    scheme: Scheme = SCHEMES[0]
    beyond: Beyond = get_args(Beyond)[1]
    boundary: bool = True
    supercell: tuple[int, int, int] = (1, 1, 1)
    layer: str = CHEMICAL_LAYER
    cell: CellChoice = CELLS[0]

    def scene_arguments(self) -> dict[str, Any]:
        """Return the options as ``build_scene`` takes them."""
        return {
            "style": self.style,
            "scheme": self.scheme,
            "beyond": self.beyond,
            "boundary": self.boundary,
            "supercell": self.supercell,
        }


def view_options(*, layers: bool = False) -> ViewOptions:
    """Draw the controls in a popover and return what they say.

    Args:
        layers: Whether one may choose which bonds are drawn.
    """
    with st.popover("View", icon=":material/tune:", width="content"):
        cell = _one_of("Unit cell", CELLS, state.CELL, on_change=_forget_picked)
        layer = _one_of("Bonds", LAYERS, state.LAYER) if layers else CHEMICAL_LAYER
        style = _one_of("Style", STYLES, state.STYLE)
        scheme = _one_of("Element colours", SCHEMES, state.COLOURS)
        beyond = _one_of("Bonds that leave the cell", BEYOND, state.BEYOND, 1)
        boundary = st.toggle(
            "Repeat atoms on faces, edges and corners",
            value=True,
            key=state.BOUNDARY,
            bind="query-params",
        )
        st.caption("Repeats of the cell, for display only: predictions do not change.")
        columns = st.columns(3)
        repeats = [
            column.number_input(
                axis, 1, MAX_REPEAT, key=key, bind="query-params", width="stretch"
            )
            for axis, key, column in zip("abc", state.REPEAT, columns, strict=True)
        ]
    na, nb, nc = (min(max(int(count), 1), MAX_REPEAT) for count in repeats)
    return ViewOptions(
        style, scheme, beyond, boundary, (na, nb, nc), layer=layer, cell=cell
    )


def _forget_picked() -> None:
    # Bonds and atoms are numbered within the cell.
    state.select(None, None)


def _one_of(
    label: str,
    options: tuple[str, ...],
    key: str,
    default: int = 0,
    on_change: Callable[[], None] | None = None,
) -> Any:
    chosen = st.segmented_control(
        label,
        options,
        default=options[default],
        key=key,
        required=True,
        bind="query-params",
        on_change=on_change,
    )
    return chosen or options[default]

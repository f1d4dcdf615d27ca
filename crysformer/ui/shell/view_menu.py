"""Controls of the 3D view that every page shares; all of them live in the URL."""

from collections.abc import Callable
from typing import Any

import streamlit as st

from crysformer.picture.bonds import BondLayer
from crysformer.picture.copies import Beyond
from crysformer.picture.options import ViewOptions
from crysformer.picture.palette import Scheme
from crysformer.picture.scene import Style
from crysformer.structure.cells import CellChoice
from crysformer.ui.session import state

MAX_REPEAT = 4


def view_options(*, layers: bool = False) -> ViewOptions:
    """Draw the controls in a popover and return what they say.

    Args:
        layers: Whether one may choose which bonds are drawn.
    """
    with st.popover("View", icon=":material/tune:", width="content"):
        cell = _one_of(
            "Unit cell", tuple(CellChoice), state.CELL, on_change=_forget_picked
        )
        layer = (
            _one_of("Bonds", tuple(BondLayer), state.LAYER)
            if layers
            else BondLayer.CHEMICAL
        )
        style = _one_of("Style", tuple(Style), state.STYLE)
        scheme = _one_of("Element colours", tuple(Scheme), state.COLOURS)
        beyond = _one_of("Bonds that leave the cell", tuple(Beyond), state.BEYOND, 1)
        boundary = st.toggle(
            "Repeat atoms on faces, edges and corners",
            value=True,
            key=state.BOUNDARY,
            bind="query-params",
        )
        complete = st.toggle(
            "Complete polyhedra and molecules at the boundary",
            value=True,
            key=state.COMPLETE,
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
        style,
        scheme,
        beyond,
        boundary,
        (na, nb, nc),
        layer=layer,
        cell=cell,
        complete=bool(complete),
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

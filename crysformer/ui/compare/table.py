"""Values side by side, each with its difference to the first."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import streamlit as st

from crysformer.experiments.comparison import Compared
from crysformer.figures.crystals import titles
from crysformer.predict.applicability import BY_SYMMETRY
from crysformer.properties.table import PROPERTIES
from crysformer.ui.session.numbers import readable
from crysformer.ui.shell.block_table import Cell, block_table

if TYPE_CHECKING:
    from crysformer.trust.stability import Stability

_SMALL = "≈"
_UNDEFINED = "–"
_PROPERTY = "Property"


def comparison_table(
    names: Sequence[str],
    rows: Sequence[Compared],
    alt: str,
    stabilities: Sequence["Stability | None"] = (),
) -> None:
    """Draw the table.

    Args:
        names: A different name for each crystal.
        rows: Properties of the crystals in the same order.
        alt: What the table is, for those who do not see it.
        stabilities: How probable it is that each crystal is stable, if the model knows.
    """
    labels = titles(row.key for row in rows)
    cells = [_cells(names, labels[row.key], row) for row in rows]
    judged = [each for each in stabilities if each is not None]
    if judged and len(judged) == len(names):
        words = {name: each.sentence for name, each in zip(names, judged, strict=True)}
        cells.insert(0, {_PROPERTY: "Stability", **words})
    block_table(cells, alt)
    bounds = any(any(row.intervals) for row in rows)
    undefined = ""
    if not all(all(row.defined) for row in rows):
        undefined = f" {_UNDEFINED}: not defined for that crystal."
    brackets = " In brackets: the 90 % interval." if bounds else ""
    st.caption(
        f"Δ is the difference from {names[0]}; {_SMALL} marks a difference smaller than "
        f"the mean absolute validation error, which says little.{brackets}{undefined}"
    )


def _cells(names: Sequence[str], label: str, row: Compared) -> dict[str, Cell]:
    unit = PROPERTIES[row.key].unit
    cells: dict[str, Cell] = {_PROPERTY: (label.removesuffix(f" ({unit})"), unit)}
    for k, name in enumerate(names):
        cells[name] = _value(row, k)
        if k:
            cells["Δ" if len(names) == 2 else f"Δ {name}"] = _difference(row, k)
    return cells


def _value(row: Compared, k: int) -> Cell:
    if not row.defined[k]:
        return _UNDEFINED
    value, bounds = readable(row.values[k], row.error), row.intervals[k]
    if bounds is None:
        return value
    if bounds == (0.0, 0.0):
        return "0", f"({BY_SYMMETRY})"
    low, high = (readable(bound, row.error) for bound in bounds)
    return value, f"({low} to {high})"


def _difference(row: Compared, k: int) -> str:
    if not (row.defined[0] and row.defined[k]):
        return _UNDEFINED
    text = readable(row.differences[k], row.error)
    if row.differences[k] > 0 and text.strip("0."):
        text = f"+{text}"
    return f"{_SMALL}\N{NO-BREAK SPACE}{text}" if row.within_error(k) else text

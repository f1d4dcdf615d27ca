"""Values side by side, each with its difference to the first."""

from collections.abc import Sequence

import streamlit as st

from crysformer.comparison import Compared
from crysformer.figures import titles
from crysformer.properties import PROPERTIES
from crysformer.ui.tables import readable

_SMALL = "≈"
# Room for the longest label; where it is most of the table, Streamlit lets it scroll.
_WIDTH = 300


def comparison_table(names: Sequence[str], rows: Sequence[Compared], alt: str) -> None:
    """Draw the table.

    Args:
        names: A different name for each crystal.
        rows: Properties of the crystals in the same order.
        alt: What the table is, for those who do not see it.
    """
    import pandas as pd

    labels = titles(row.key for row in rows)
    st.dataframe(
        pd.DataFrame([_cells(names, labels[row.key], row) for row in rows]),
        hide_index=True,
        height="content",
        column_config={
            "Property": st.column_config.TextColumn(pinned=True, width=_WIDTH)
        },
        alt=alt,
    )
    bounds = any(any(row.intervals) for row in rows)
    brackets = " In brackets: the 90 % interval." if bounds else ""
    st.caption(
        f"Δ is the difference to {names[0]}; {_SMALL} marks one that is smaller than the "
        f"mean absolute validation error, so it says little.{brackets}"
    )


def _cells(names: Sequence[str], label: str, row: Compared) -> dict[str, str]:
    unit = PROPERTIES[row.key].unit
    cells = {"Property": label.removesuffix(f" ({unit})")}
    for k, name in enumerate(names):
        value = _number(row.values[k], row.error)
        bounds = row.intervals[k]
        if bounds is not None:
            low, high = (_number(bound, row.error) for bound in bounds)
            value += f" ({low} to {high})"
        cells[name] = value
        if k:
            mark = f"{_SMALL} " if row.within_error(k) else ""
            cells["Δ" if len(names) == 2 else f"Δ {name}"] = mark + _signed(
                row.differences[k], row.error
            )
    return cells | {"Unit": unit}


def _number(value: float, error: float | None) -> str:
    return readable(value, error).replace("-", "\N{MINUS SIGN}")


def _signed(value: float, error: float | None) -> str:
    text = _number(value, error)
    return text if value < 0 or not float(readable(value, error)) else f"+{text}"

"""A table of texts; on a phone each row is a block, so that no column is cut."""

from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path

import streamlit as st

_CSS = Path(__file__).with_name("block_table.css").read_text(encoding="utf-8")

NONE = "–"
"""A cell without a value."""
_DIGITS = 3

Cell = str | tuple[str, str]
"""A text, or one and what stands smaller beside it."""


def block_table(
    rows: Sequence[Mapping[str, Cell]],
    alt: str,
    *,
    helps: Mapping[str, str] | None = None,
    tall: bool = False,
) -> None:
    """Draw the table.

    Args:
        rows: By column; the last one has every column. The first column heads a block.
        alt: What the table is, for those who do not see it.
        helps: What some columns mean, told where the mouse rests.
        tall: Whether it is longer than anyone reads at once, and scrolls by itself.
    """
    first, *columns = rows[-1]
    head = "".join(_head(name, helps or {}) for name in (first, *columns))
    body = "".join(
        f'<tr><th scope="row">{_cell(row[first])}</th>'
        + "".join(
            f'<td data-of="{escape(name)}"{_mark(row.get(name, ""))}>'
            f"{_cell(row.get(name, ''))}</td>"
            for name in columns
        )
        + "</tr>"
        for row in rows
    )
    # In one piece: style alone is kept apart, where no cached function may draw.
    st.html(
        f'<style>{_CSS}</style><div class="blocks-frame{" tall" if tall else ""}">'
        f'<table class="blocks" aria-label="{escape(alt)}"><thead><tr>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )


def written(value: float | None, form: str = "") -> str:
    """A number as a cell has it: three digits, or by a form; a dash for none.

    Args:
        value: The number.
        form: A format string with one place, such as ``"{:,}"``.
    """
    if value is None:
        return NONE
    # Rounded before it is written: three digits of a thousand need no exponent.
    return form.format(value) if form else f"{float(f'{value:.{_DIGITS}g}'):,.6g}"


def _head(name: str, helps: Mapping[str, str]) -> str:
    title = f' title="{escape(helps[name])}"' if name in helps else ""
    return f'<th scope="col"{title}>{escape(name)}</th>'


def _mark(cell: Cell) -> str:
    """A phone leaves out what has no value."""
    return ' class="none"' if cell == NONE else ""


def _cell(cell: Cell) -> str:
    text, small = (cell, "") if isinstance(cell, str) else cell
    return escape(text) + (f" <small>{escape(small)}</small>" if small else "")

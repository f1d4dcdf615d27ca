"""Every predicted property in one table by theme; a row opens to explain its number."""

from collections.abc import Iterator
from html import escape

import streamlit as st

from crysformer.properties.entry import Theme
from crysformer.properties.table import PROPERTIES
from crysformer.ui.predict.explained import EXTRAPOLATED, Explained, tag

_HEADER = "<thead><tr><th>Property</th><th>Value</th><th>90 % interval</th></tr></thead>"
_BARS = (
    "Every bar begins or ends at zero, and bars of one quantity share an axis. The "
    "interval contains the computed value for about nine in ten crystals as unusual as "
    "this one; it promises nothing about experiments. Click a name for what its number "
    "means and how large its error is."
)
_HATCHED = (
    "Hatched: this crystal is unlike those that intervals were calibrated on; they may "
    "be too narrow."
)


def property_table(shown: Explained) -> None:
    """Draw the table, and below it what is not defined for the crystal.

    Args:
        shown: The prediction.
    """
    parts = ['<table class="properties">', _HEADER]
    for theme in Theme:
        rows = list(_rows(shown, theme))
        if rows:
            heading = f'<tr><th colspan="3" scope="rowgroup">{escape(theme)}</th></tr>'
            parts += ["<tbody>", heading, *rows, "</tbody>"]
    parts.append("</table>")
    notes = [] if shown.intervals_hold else [_HATCHED]
    notes += [*_undefined(shown), _BARS]
    parts += [f'<p class="note">{escape(note)}</p>' for note in notes]
    st.html("".join(parts))


def _rows(shown: Explained, theme: Theme) -> Iterator[str]:
    keys = [key for key in shown.defined() if PROPERTIES[key].theme == theme]
    quantities = dict.fromkeys(_quantity(key) for key in keys)
    for quantity in quantities:
        same = [key for key in keys if _quantity(key) == quantity]
        axis = shown.axis(same)
        for key in same:
            item = PROPERTIES[key]
            yield (
                f'<tr data-key="{escape(key)}"><td><details><summary>'
                f"{escape(item.label)} {tag(item)}</summary>"
                f"<p>{escape(shown.explanation(key))}</p></details></td>"
                f'<td class="number">{escape(shown.value(key))} '
                f"<small>{escape(item.unit)}</small></td>"
                f"<td>{shown.bar(key, axis)}<small>{_interval(shown, key)}</small></td>"
                "</tr>"
            )


def _interval(shown: Explained, key: str) -> str:
    text = escape(shown.interval(key))
    if text and not shown.intervals_hold and key in shown.prediction.intervals:
        text += f", {EXTRAPOLATED}"
    return text


def _quantity(key: str) -> str:
    """What is compared: bulk moduli by Voigt and by Hill are near enough."""
    item = PROPERTIES[key]
    return f"{item.symbol} {item.unit}"


def _undefined(shown: Explained) -> list[str]:
    """One line on all that is not defined, by reason."""
    if not shown.reasons:
        return []
    listed = []
    for reason in dict.fromkeys(shown.reasons.values()):
        labels = [
            PROPERTIES[key].label for key in shown.reasons if shown.reasons[key] == reason
        ]
        listed.append(f"{', '.join(dict.fromkeys(labels))} ({reason})")
    return [f"Not defined for this crystal: {'; '.join(listed)}."]

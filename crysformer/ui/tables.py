"""What is known and what is predicted of one crystal, as tables of plain text."""

import math
from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

import streamlit as st

from crysformer.facts import Facts
from crysformer.properties import PROPERTIES
from crysformer.ui.frame import plain

if TYPE_CHECKING:
    from crysformer.novelty import Novelty

_FAMILIAR = (
    "a training crystal",
    "close to a training crystal",
    "like the training data",
)
_SEEN = {
    "": "",
    "near": " In a training crystal of this formula, atoms have nearly the same "
    "surroundings.",
    "same": " The model was trained on it, or on one with the same surroundings of every "
    "atom: this is memory, not a test.",
}
_ERROR = "Validation error"
_INTERVAL = "90 % interval"


def fact_table(facts: Facts, more: Mapping[str, str] = MappingProxyType({})) -> None:
    """Show what is known of a crystal without a model.

    Args:
        facts: Symmetry and cell.
        more: Facts that stand behind the formula, label and text.
    """
    # Importing pandas takes time that the picture, drawn first, should not wait for.
    import pandas as pd

    formula, *rest = facts.rows()
    st.table(
        pd.DataFrame([formula, *more.items(), *rest], columns=["Fact", "Value"]),
        border="horizontal",
        hide_header=True,
        alt="Symmetry and cell of the crystal",
    )


def property_tables(
    values: Mapping[str, float],
    errors: Mapping[str, float],
    intervals: Mapping[str, tuple[float, float]] | None = None,
) -> None:
    """Show predicted properties, one table for each source of the training labels.

    Args:
        values: Predictions by property key, in the property's unit.
        errors: Mean absolute validation errors, same keys and units.
        intervals: Ends of the 90 % intervals of those that have one, same units.
    """
    import pandas as pd

    intervals = intervals or {}
    for source in dict.fromkeys(PROPERTIES[key].source for key in values):
        keys = [key for key in values if PROPERTIES[key].source == source]
        rows = [
            _property_row(key, values[key], errors.get(key), intervals.get(key))
            for key in keys
        ]
        st.markdown(f"##### {source}")
        st.table(
            pd.DataFrame(rows).drop(columns=[] if intervals else [_INTERVAL]),
            border="horizontal",
            hide_index=True,
            alt=f"Predicted properties, {source}",
        )
    for key in values:
        item = PROPERTIES[key]
        said = readable(values[key], errors.get(key))
        if item.non_negative and said.startswith("-"):
            st.caption(
                f"{item.label}: the model says {said} {item.unit}; "
                "it cannot be negative and is shown as 0."
            )
    st.caption(
        f"{_ERROR}: mean absolute error for crystals kept out of training, in the same "
        "unit; values have the digits it warrants."
    )
    if intervals:
        st.caption(
            f"{_INTERVAL}: for nine in ten crystals like those of the validation set, "
            "the computed value lies in it. It promises nothing for a crystal unlike the "
            "training data, nor about experiments."
        )


def _shown(key: str, value: float, error: float | None) -> str:
    """A number as a person is told it: never below zero where physics forbids that."""
    clipped = PROPERTIES[key].non_negative and value <= 0
    return "0" if clipped else readable(value, error)


def readable(value: float, error: float | None) -> str:
    """Write a number with the digits its error warrants: two of the error's own.

    Args:
        value: The number.
        error: Its typical error in the same unit; None or 0 where it is unknown.
    """
    if not error:
        return f"{value:.3g}"
    digits = 1 - math.floor(math.log10(abs(error)))
    # Adding zero turns the -0.0 that rounding leaves into 0.0.
    return f"{round(value, digits) + 0.0:.{max(digits, 0)}f}"


def novelty_line(novelty: "Novelty | None") -> None:
    """Say in one line how far the crystal is from the training data.

    Args:
        novelty: Of the prediction; nothing is said without one.
    """
    if novelty is None:
        return
    icon = "check_circle" if novelty.word in _FAMILIAR else "warning"
    more = "".join(f" {plain(reason)}" for reason in novelty.reasons)
    more += _SEEN[novelty.match]
    st.markdown(
        f":material/{icon}: **{novelty.word.capitalize()}**: more unusual than "
        f"{novelty.percentile:.0f} % of the validation crystals.{more}"
    )


def _property_row(
    key: str,
    value: float,
    error: float | None,
    interval: tuple[float, float] | None,
) -> dict[str, str]:
    item = PROPERTIES[key]
    ends = [_shown(key, end, error) for end in interval or ()]
    return {
        "Property": item.label,
        "Value": _shown(key, value, error),
        _INTERVAL: " to ".join(ends) or "–",
        "Unit": item.unit,
        _ERROR: "–" if error is None else readable(error, error),
    }

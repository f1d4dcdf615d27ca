"""What is known and what is predicted of one crystal, as tables of plain text.

A page loads this module, and pandas with it, once its first picture is drawn.
"""

import math
from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from crysformer.description.summary import Facts
from crysformer.predict.applicability import BY_SYMMETRY
from crysformer.properties.table import PROPERTIES
from crysformer.trust.stability import LIKELY
from crysformer.ui.session.text import plain

if TYPE_CHECKING:
    from crysformer.predict.prediction import Prediction
    from crysformer.predict.reliability import Reliability
    from crysformer.trust.novelty import Novelty
    from crysformer.trust.stability import Stability

_FAMILIAR = (
    "a training crystal",
    "close to a training crystal",
    "like the training data",
)
_SEEN = {
    "": "",
    "near": " In a training crystal of this formula, atoms have nearly the same "
    "surroundings.",
    "same": " The model was trained on this crystal, or on one in which every atom "
    "has the same surroundings, so agreement with the computed value is no "
    "test of the model.",
}
_STABILITY_HELP = (
    "How often crystals of the Materials Project with such a predicted energy above the "
    "hull lie on it or near it. Of crystals that somebody made up, fewer are stable. The "
    "Model page shows how often this is right."
)
_TWO_ENERGIES = (
    "The two formation energies differ because their references do: JARVIS-DFT uses the "
    "functional OptB88vdW and the elements as it gives them; the Materials Project uses "
    "PBE, with +U for some oxides, and corrects its energies to agree with experiment."
)
_FORMATION = ("formation_energy_peratom", "formation_energy_per_atom")
MINUS = "\N{MINUS SIGN}"
_NOTHING = "–"
_ERROR = "Validation error"
_INTERVAL = "90 % interval"


def fact_table(facts: Facts, more: Mapping[str, str] = MappingProxyType({})) -> None:
    """Show what is known of a crystal without a model.

    Args:
        facts: Symmetry and cell.
        more: Facts that stand behind the formula, label and text.
    """
    formula, *rest = facts.rows()
    st.table(
        pd.DataFrame([formula, *more.items(), *rest], columns=["Fact", "Value"]),
        border="horizontal",
        hide_header=True,
        alt="Symmetry and cell of the crystal",
    )


def property_tables(
    prediction: "Prediction", errors: Mapping[str, float], reasons: Mapping[str, str]
) -> None:
    """Show predicted properties, one table for each source of the training labels.

    Args:
        prediction: Of one crystal.
        errors: Mean absolute validation errors by property, in its unit.
        reasons: Why a number says nothing of this crystal, by property.
    """
    values, intervals = prediction.shown, prediction.intervals
    for source in dict.fromkeys(PROPERTIES[key].source for key in values):
        keys = [key for key in values if PROPERTIES[key].source == source]
        rows = [
            _property_row(key, prediction, errors.get(key), key in reasons)
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
        if item.non_negative and said.startswith(MINUS):
            st.caption(
                f"{item.label}: the model predicts {said} {item.unit}; it cannot be "
                "negative and is shown as 0."
            )
    if all(key in values for key in _FORMATION):
        st.caption(_TWO_ENERGIES)
    if reasons:
        listed = "; ".join(f"{PROPERTIES[key].label}: {reasons[key]}" for key in reasons)
        st.caption(f"{_NOTHING} Not defined for this crystal. {listed}.")
    st.caption(
        f"{_ERROR}: mean absolute error on crystals kept out of training, in the same "
        "unit; values are rounded to match it."
    )
    if intervals:
        st.caption(
            f"{_INTERVAL}: contains the computed value for about nine in ten crystals "
            "as unusual as this one; the Model page has the coverage for each property. "
            "It promises nothing about experiments."
        )


def physical(key: str, value: float, error: float | None) -> str:
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
        return f"{value + 0.0:.3g}".replace("-", MINUS)
    digits = 1 - math.floor(math.log10(abs(error)))
    # Adding zero turns the -0.0 that rounding leaves into 0.0.
    text = f"{round(value, digits) + 0.0:.{max(digits, 0)}f}"
    return text.replace("-", MINUS)


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
        f":material/{icon}: **{novelty.word.capitalize()}**: "
        f"{100 - novelty.percentile:.0f} % of the validation crystals are more "
        f"unusual.{more}"
    )


def stability_line(stability: "Stability | None") -> None:
    """Say how probable it is that the crystal is stable.

    Args:
        stability: Of the prediction; nothing is said without one.
    """
    if stability is None:
        return
    stable, *_, near = stability.probabilities
    colour = "green" if stable >= LIKELY else "orange" if near >= LIKELY else "red"
    icon = "check" if stable >= LIKELY else "landscape"
    with st.container(horizontal=True, vertical_alignment="center"):
        st.badge(stability.sentence, icon=f":material/{icon}:", color=colour)
        chances = ", ".join(
            f"{_chance(stability.within(distance))} {words}"
            for distance, words in (
                (0.0, "on the hull"),
                (0.025, "within 25 meV/atom of it"),
                (0.1, "within 100 meV/atom"),
            )
        )
        st.caption(f"{chances}.", help=_STABILITY_HELP, width="content")


def _chance(probability: float) -> str:
    """A probability as a person is told it: never certain."""
    return f"{min(max(100 * probability, 1), 99):.0f} %"


def reliability_line(reliability: "Reliability | None") -> None:
    """Say in one line what intervals are worth for crystals as unusual as this one.

    Args:
        reliability: Of the prediction; nothing is said without one.
    """
    if reliability is not None:
        st.markdown(f":material/straighten: {reliability.sentence}")


def _property_row(
    key: str, prediction: "Prediction", error: float | None, undefined: bool
) -> dict[str, str]:
    item = PROPERTIES[key]
    value, interval = physical(key, prediction.shown[key], error), _NOTHING
    if undefined:
        value = _NOTHING
    elif key in prediction.exact:
        interval = BY_SYMMETRY
    elif key in prediction.intervals:
        ends = prediction.intervals[key]
        interval = " to ".join(physical(key, end, error) for end in ends)
    return {
        "Property": item.label,
        "Value": value,
        _INTERVAL: interval,
        "Unit": item.unit,
        _ERROR: _NOTHING if error is None else readable(error, error),
    }

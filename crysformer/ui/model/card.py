"""The model card, its table of errors, and the self-test."""

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from crysformer import evaluation
from crysformer.figures.crystals import titles
from crysformer.model.card import error_rows, shown_properties, summary
from crysformer.properties.table import PROPERTIES
from crysformer.ui.session import answers
from crysformer.ui.session.text import plain
from crysformer.ui.shell.block_table import block_table, written
from crysformer.ui.shell.frame import Frame

SELF_TEST = "model_self_test"
_NUMBERS = {
    "MAE": "Mean absolute error on the validation crystals",
    "Mean baseline": "Error of always predicting the mean of these crystals",
    "Crystals": "Validation crystals with this label",
    "Coverage": "Share of 90 % intervals that contain the computed value; each half "
    "of the validation crystals is checked with intervals calibrated on "
    "the other half; values that are zero by symmetry are not counted",
    "Mean width": "Mean width of these intervals, in the property's unit",
}
_FORMATS = {"Crystals": "{:,}", "Coverage": "{:.1f} %"}


def card_table(card: Mapping[str, Any]) -> None:
    """Show what the model is and what it does not know."""
    rows = [(name, plain(text)) for name, text in summary(card).items()]
    st.table(
        pd.DataFrame(rows, columns=["Fact", "Value"]),
        border="horizontal",
        hide_header=True,
        alt="Model card",
    )


def error_table(card: Mapping[str, Any]) -> None:
    """Show the errors of all properties and the coverage of their intervals."""
    found = error_rows(card)
    known = [name for name in _NUMBERS if any(row[name] is not None for row in found)]
    names = titles(shown_properties(card))
    rows = [
        {
            "Property": (name.removesuffix(f" ({row['Unit']})"), row["Unit"]),
            **{each: written(row[each], _FORMATS.get(each, "")) for each in known},
            "Source": row["Source"],
        }
        for name, row in zip(names.values(), found, strict=True)
    ]
    block_table(rows, "Validation errors of every property", helps=_NUMBERS)


def self_test(places: Frame) -> None:
    """Offer to recompute the golden predictions and say what differs."""
    st.caption(
        "A few crystals were predicted when the weights were released. The test "
        "predicts them again on this machine and reports every number that differs."
    )
    if not st.button("Run the self-test", key=SELF_TEST, icon=":material/rule:"):
        return
    with st.spinner("Predicting the golden crystals…"):
        golden = evaluation.golden
        differences = golden.check_golden(answers.predictor())
    places.show_model()
    if not differences:
        st.success(
            f"No difference: {len(golden.GOLDEN_CRYSTALS)} crystals, every property "
            f"within {golden.TOLERANCE:g} of its validation error.",
            icon=":material/check_circle:",
        )
        return
    st.error(
        f"{len(differences)} numbers differ from those released with the weights.",
        icon=":material/error:",
    )
    st.dataframe(
        [
            {
                "Crystal": item.crystal,
                "Property": PROPERTIES[item.key].label,
                "Shipped": item.expected,
                "Now": item.found,
                "Unit": PROPERTIES[item.key].unit,
            }
            for item in differences
        ],
        hide_index=True,
        alt="Golden predictions that differ",
    )

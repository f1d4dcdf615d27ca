"""Errors beside the paper's, and how often a crystal called stable is."""

import pandas as pd
import streamlit as st

from crysformer.evaluation.hull import HullCheck, hull_check
from crysformer.evaluation.published import published_rows
from crysformer.figures.stability import reliability_curve

_HEIGHT = 400
_SHARES = {
    "share": ("So in truth", "Of all crystals"),
    "called": ("Called so", "Of all crystals, those with a probability of 50 % or more"),
    "precision": ("Precision", "Of those called so, how many are"),
    "recall": ("Recall", "Of those that are, how many are called so"),
}
_HALVES = (
    "Each half of the validation crystals is judged by probabilities calibrated on the "
    "other half."
)


def published_table(table: pd.DataFrame) -> None:
    """Show errors beside those that the paper states.

    Args:
        table: The model's validation table.
    """
    rows = pd.DataFrame(published_rows(table))
    if rows.empty:
        return
    st.markdown("##### Beside the paper")
    number = st.column_config.NumberColumn
    st.dataframe(
        rows,
        hide_index=True,
        height="content",
        column_config={
            "Property": st.column_config.TextColumn(pinned=True),
            "Paper's MAE": number(format="%.3g"),
            "MAE": number("Our MAE", format="%.3g"),
            "Mean baseline": number(
                format="%.3g", help="Error of always predicting the mean (MAD)"
            ),
            "n": number(format="%d"),
        },
        alt="Validation errors beside the errors that the paper states",
    )
    lacks = (
        " Our copy of MP-2018.6.1 has 74 % of its structures; about 70 % of these have "
        "the geometry of 2020, the others that of today, which PBE did not relax and "
        "whose labels are still those of 2018."
        if rows["Our crystals"].str.startswith("MP").any()
        else ""
    )
    st.caption(
        "The paper trained a network for each property and gives errors on test "
        "crystals; ours are validation errors of one network for all properties. Our "
        f"copy of the paper lacks the contents of its tables: these are the numbers of "
        f"its text.{lacks}"
    )


@st.cache_data(max_entries=2, show_spinner=False)
def _check(name: str, _table: pd.DataFrame) -> HullCheck | None:
    return hull_check(_table)


def stability(name: str, table: pd.DataFrame) -> None:
    """Show how often a crystal that is called stable is, if the model says so.

    Args:
        name: Of the model.
        table: Its validation table.
    """
    check = _check(name, table)
    if check is None:
        return
    st.markdown("#### How often “likely stable” is right")
    left, right = st.columns(2, gap="medium")
    calls = pd.DataFrame(check.calls())
    wrong = 1.0 - calls["precision"].iloc[0]
    calls[list(_SHARES)] *= 100.0
    with left:
        st.plotly_chart(
            reliability_curve(check),
            height=_HEIGHT,
            config={"displayModeBar": False},
            alt="Share of crystals on or near the hull against the probability that was "
            "said; on the dashed line the two agree",
        )
    with right:
        percent = st.column_config.NumberColumn
        st.dataframe(
            calls,
            hide_index=True,
            height="content",
            column_config={
                "distance": percent("Within (meV/atom)", format="%g"),
                **{
                    name: percent(label, format="%.0f %%", help=text)
                    for name, (label, text) in _SHARES.items()
                },
                "n": percent("Crystals", format="%d"),
            },
            alt="Precision and recall of calling crystals stable",
        )
        st.caption(
            f"A crystal is called so from a probability of 50 % on. Of those called "
            f"likely stable {100 * wrong:.0f} % are not on the hull: false positives "
            "near zero are what such predictors are known for. The crystals are those "
            "of the Materials Project; of invented ones fewer are stable, and more of "
            f"those called so are not. {_HALVES}"
        )

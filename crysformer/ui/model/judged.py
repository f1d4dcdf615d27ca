"""Errors beside those of others, and how often a crystal that is called stable is."""

import pandas as pd
import streamlit as st

from crysformer.evaluation.hull import HullCheck, hull_check
from crysformer.evaluation.leaderboard import COLUMNS, leaderboard_rows
from crysformer.evaluation.published import published_rows
from crysformer.figures.crystals import titles
from crysformer.figures.stability import reliability_curve
from crysformer.properties.table import PROPERTIES
from crysformer.ui.shell.block_table import block_table, written

_HEIGHT = 400
_SHARES = {
    "share": ("So in truth", "Of all crystals"),
    "called": ("Called so", "Of all crystals, those with a probability of 50 % or more"),
    "precision": ("Precision", "Of those called so, how many are"),
    "recall": ("Recall", "Of those that are, how many are called so"),
}
_TREES = (
    "The better of two kinds of decision trees on descriptors of the crystal (matminer)"
)
_MEAN, _BY_TREES, _OF_TEST = "Mean baseline", "Trees", "Crystals, test"
_HALVES = (
    "Each half of the validation crystals is judged by probabilities calibrated on the "
    "other half."
)


def published_table(table: pd.DataFrame) -> None:
    """Show errors beside those that the paper states.

    Args:
        table: The model's validation table.
    """
    found = published_rows(table)
    if not found:
        return
    st.markdown("##### Beside the paper")
    block_table(
        [
            {
                "Property": (row["Property"], row["Unit"]),
                "Paper": row["Paper"],
                "Paper's MAE": written(row["Paper's MAE"]),
                "Our crystals": row["Our crystals"],
                "Our MAE": written(row["MAE"]),
                _MEAN: written(row["Mean baseline"]),
                "Crystals": written(row["n"], "{:,}"),
            }
            for row in found
        ],
        "Validation errors beside the errors that the paper states",
        helps={_MEAN: "Error of always predicting the mean (MAD)"},
    )
    lacks = (
        " Our copy of MP-2018.6.1 has 74 % of its structures; about 70 % of these have "
        "the geometry of 2020, the others that of today, which PBE did not relax and "
        "whose labels are still those of 2018."
        if any(row["Our crystals"].startswith("MP") for row in found)
        else ""
    )
    st.caption(
        "The paper trained a network for each property and gives errors on test "
        "crystals; ours are validation errors of one network for all properties. Our "
        f"copy of the paper lacks the contents of its tables: these are the numbers of "
        f"its text.{lacks}"
    )


def leaderboard_table(table: pd.DataFrame) -> None:
    """Show errors beside those of other networks on JARVIS-DFT.

    Args:
        table: The model's validation table.
    """
    found = leaderboard_rows(table)
    if not found:
        return
    st.markdown("##### Beside other networks on JARVIS-DFT")
    named = titles([row["key"] for row in found])
    units = [PROPERTIES[key].unit for key in named]
    others = dict(zip(COLUMNS, (*COLUMNS[:-1], _BY_TREES), strict=True))
    block_table(
        [
            {
                "Property": (name.removesuffix(f" ({unit})"), unit),
                "Ours": (written(row["Ours"]), f"of {row['Crystals']:,}"),
                **{shown: written(row[name]) for name, shown in others.items()},
                _OF_TEST: written(row["Test crystals"], "{:,}"),
            }
            for name, unit, row in zip(named.values(), units, found, strict=True)
        ],
        "Our validation errors beside test errors of other networks",
        helps={_BY_TREES: _TREES, "Ours": "Of so many validation crystals"},
    )
    st.caption(
        "Mean absolute errors. **Not the same crystals:** ours are of the validation "
        "part, which also selected our weights; theirs are of the test part of the same "
        "release (ALIGNN's split), with one network for each property. A few per cent "
        "between the columns say nothing. Theirs: JARVIS-Leaderboard, K. Choudhary et "
        "al., npj Comput. Mater. 10, 93 (2024); –: not among its six best. The heat "
        "capacity is one of a mole of formula units; ours is told how many atoms that is."
    )


def _nearness(distance: float) -> str:
    return f"at most {distance:g} meV/atom" if distance else "zero"


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
    # The table has room to be one.
    left, right = st.columns([2, 3], gap="medium")
    calls = check.calls()
    wrong = 1.0 - calls[0]["precision"]
    with left:
        st.plotly_chart(
            reliability_curve(check),
            height=_HEIGHT,
            config={"displayModeBar": False},
            alt="Share of crystals on or near the hull against the probability that was "
            "said; on the dashed line the two agree",
        )
    with right:
        block_table(
            [
                {
                    "Energy above hull": _nearness(row["distance"]),
                    **{
                        label: written(100.0 * row[name], "{:.0f} %")
                        for name, (label, _) in _SHARES.items()
                    },
                    "Crystals": written(row["n"], "{:,}"),
                }
                for row in calls
            ],
            "Precision and recall of calling crystals stable",
            helps=dict(_SHARES.values()),
        )
        st.caption(
            f"A crystal is called so from a probability of 50 % on. Of those called "
            f"likely stable {100 * wrong:.0f} % are not on the hull: false positives "
            "near zero are what such predictors are known for. The crystals are those "
            "of the Materials Project; of invented ones fewer are stable, and more of "
            f"those called so are not. {_HALVES}"
        )

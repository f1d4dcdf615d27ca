"""Pictures of one property's errors: parity, chemistry, size, coverage, novelty."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st

from crysformer.evaluation.validation_table import read_validation_table
from crysformer.figures import coverage, model
from crysformer.figures.crystals import element_map, titles
from crysformer.model.ablations import ablations, seed_difference
from crysformer.model.card import shown_properties
from crysformer.ui.session import state

_HEIGHT, _MAP_HEIGHT = 360, 440
_PLAIN = {"displayModeBar": False}
_CHECKED = (
    "Each half of the validation crystals is checked with intervals calibrated on the "
    "other half. Bars: what chance alone does with so few crystals. Grey: 87 to 93 %."
)


@st.cache_data(max_entries=2, show_spinner=False)
def validation(folder: Path) -> pd.DataFrame:
    """Return the validation table of a model, one row for each label.

    Raises:
        WeightsError: The model ships no table, or it is damaged.
    """
    return read_validation_table(folder)


def choose_property(card: Mapping[str, Any]) -> tuple[str, str]:
    """Let the visitor choose a property.

    Returns:
        Its key, and what axes say of it, with the unit.
    """
    names = titles(shown_properties(card))
    key = st.selectbox(
        "Property",
        list(names),
        format_func=names.__getitem__,
        key=state.MODEL_PROPERTY,
        bind="query-params",
        width=420,
    )
    return key, names[key]


def learning(
    records: Sequence[Mapping[str, Any]], card: Mapping[str, Any], key: str, name: str
) -> None:
    """Show how the validation error fell in the last run of the training."""
    st.markdown("##### Learning curve")
    last = records[-1]["val"][key]["mae"]
    before = (card["recipe"].get("before") or {}).get("passes", 0.0)
    st.plotly_chart(
        model.learning_curve(records, key, f"Error of {_lower(name)}", before),
        height=_HEIGHT,
        config=_PLAIN,
        alt=f"Validation error of {name} against epochs of training; last {last:.3g}",
    )
    if before:
        st.caption(
            f"This is the last run, which started from weights trained for {before:.0f} "
            "epochs. The model card counts all of them."
        )


def parity(table: pd.DataFrame, name: str) -> None:
    """Show predicted over computed values."""
    st.markdown("##### Predicted against computed")
    figure, outside = model.parity(table, name)
    st.plotly_chart(
        figure,
        height=_HEIGHT,
        config=_PLAIN,
        alt=f"Predicted against computed {name} for {len(table)} validation crystals; "
        "on the dashed line the two agree",
    )
    if outside:
        st.caption(f"{outside} of {len(table):,} crystals lie outside the plot.")


def size_and_coverage(table: pd.DataFrame, card: Mapping[str, Any], key: str) -> None:
    """Show errors by size of the cell, and how often intervals held."""
    name = titles([key])[key]
    left, right = st.columns(2, gap="medium")
    with left:
        st.markdown("##### Error by cell size")
        st.plotly_chart(
            model.errors_by_size(table, f"Mean error of {_lower(name)}"),
            height=_HEIGHT,
            config=_PLAIN,
            alt=f"Mean absolute error of {name} for small and large cells",
        )
    kinds = card["validation"].get("coverage", {}).get(key)
    if kinds is None:
        return
    with right:
        st.markdown("##### Coverage of the 90 % intervals")
        st.plotly_chart(
            coverage.coverage_by_kind(kinds),
            height=_HEIGHT + 60,
            config=_PLAIN,
            alt=f"Coverage of the intervals of {name}: "
            f"{100 * kinds['all']['coverage']:.1f} % over all checked crystals",
        )
        st.caption(f"{_CHECKED} Crystals that are training crystals too are left out.")


def parts(table: pd.DataFrame | None, key: str, name: str) -> None:
    """Show what short trainings lose without each part of the network, if any were."""
    found = [] if table is None else ablations(table, key)
    if table is None or not found:
        return
    st.markdown("##### What each part of the network contributes")
    st.plotly_chart(
        model.errors_without(found, f"Mean error of {_lower(name)}"),
        height=_HEIGHT,
        config=_PLAIN,
        alt=f"Mean error of {name} after short trainings: "
        + ", ".join(f"{row.name} {row.mae:.3g}" for row in found),
    )
    crystals, passes = table["crystals"].iloc[0], table["passes"].iloc[0]
    seeds = seed_difference(table)
    means = "; ".join(
        f"{_lower(r.name)} {100.0 * r.mean_change:+.1f} %" for r in found[1:]
    )
    st.caption(
        f"Short trainings, {passes} epochs on {crystals:,} crystals, identical except "
        "for the part left out. Full networks that differ only in the seed lie "
        f"{100.0 * seeds[key]:.1f} % apart here and {100.0 * seeds.mean():.1f} % on "
        "average over the properties: a change of that size says nothing. On average "
        f"over the properties: {means}. Bonds are updated by conditional attention."
    )


def chemistry(table: pd.DataFrame, name: str) -> None:
    """Show the mean error over the crystals that contain each element."""
    st.markdown("##### Error by chemistry")
    errors = table.assign(error=(table["target"] - table["prediction"]).abs())
    st.plotly_chart(
        element_map(errors, "error", f"Mean error of {_lower(name)}", brightest=0.95),
        height=_MAP_HEIGHT,
        config=_PLAIN,
        alt=f"Periodic table: mean error of {name} over crystals with each element",
    )
    st.caption("The colour scale ends at the 95th percentile of the elements.")


def novelty(table: pd.DataFrame, card: Mapping[str, Any], key: str, name: str) -> None:
    """Show errors and coverage against the distance from the training data."""
    if table["novelty"].isna().all():
        return
    left, right = st.columns(2, gap="medium")
    with left:
        _errors_by_novelty(table, card, name)
    validation = card["validation"]
    kinds = validation.get("coverage", {}).get(key, {}).get("novelty")
    if kinds is None:
        return
    with right:
        st.markdown("##### Coverage by distance from the training data")
        shares = ", ".join(f"{band} {row['coverage']:.0%}" for band, row in kinds.items())
        st.plotly_chart(
            coverage.coverage_by_novelty(
                kinds, validation.get("coverage_by_novelty", {}), titles([key])[key]
            ),
            height=_HEIGHT,
            config=_PLAIN,
            alt=f"Coverage of the intervals of {name} by band of distance: {shares}",
        )
        st.caption(
            f"{_CHECKED} Beyond the 99th percentile intervals are extrapolated from the "
            "few crystals there. Training crystals: validation crystals whose atoms "
            "have the surroundings of a training crystal's; only they calibrate the "
            "intervals of such crystals."
        )


def _errors_by_novelty(table: pd.DataFrame, card: Mapping[str, Any], name: str) -> None:
    """Show how errors grow with the distance, and what the score tells apart."""
    st.markdown("##### Error by distance from the training data")
    st.plotly_chart(
        model.errors_by_novelty(table, f"Mean error of {_lower(name)}"),
        height=_HEIGHT,
        config=_PLAIN,
        alt=f"Mean error of {name} against distance from the training data",
    )
    wrong = card["validation"].get("novelty", {})
    if wrong:
        told = ", ".join(f"{kind} {found['auroc']:.2f}" for kind, found in wrong.items())
        st.caption(
            "How well this score separates validation crystals from corrupted copies of "
            f"them (area under the ROC curve: 1 is perfect, 0.5 is chance): {told}."
        )


def _lower(name: str) -> str:
    """A label inside a sentence."""
    return name[0].lower() + name[1:]

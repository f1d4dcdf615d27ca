"""The model's response to strain and to another element, with its controls."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import streamlit as st
from pymatgen.core import Structure
from pymatgen.util.string import unicodeify

from crysformer.experiments.comparison import compare
from crysformer.experiments.response import responses
from crysformer.figures.crystals import titles
from crysformer.figures.response import Curve, response_figure
from crysformer.structure.strain import LARGEST, STEP, StrainMode
from crysformer.structure.substitution import substitute
from crysformer.ui.compare.choice import Candidate
from crysformer.ui.compare.table import comparison_table
from crysformer.ui.session import answers, state
from crysformer.ui.session.carry import drop_unless
from crysformer.ui.session.numbers import MINUS
from crysformer.ui.session.text import guard

if TYPE_CHECKING:
    from crysformer.experiments.response import Response

WHY = (
    "The model has seen relaxed crystals only: nothing ties this curve to forces, and "
    "its minimum need not be at zero strain. It has no interval, because none has been "
    "measured for strained crystals."
)
_NOTHING = "Nothing"
_HEIGHT = 420


@dataclass(frozen=True)
class Change:
    """What is done to a crystal.

    Attributes:
        mode: What is strained.
        strain: By how many per cent.
        swap: Element to replace and its replacement, or None.
    """

    mode: StrainMode
    strain: float
    swap: tuple[str, str] | None


@st.fragment
def response_section(crystals: Sequence[Candidate]) -> None:
    """Draw controls, curve and table; changing them runs this section alone.

    Args:
        crystals: Those that can be predicted.
    """
    chosen = _pick_one(crystals)
    with guard():
        change = _pick_change(answers.structure_of(chosen.crystal))
        _response(chosen, change)


def _pick_one(crystals: Sequence[Candidate]) -> Candidate:
    """Draw the choice of the crystal to change."""
    names = {each.letter: each.label for each in crystals}
    drop_unless(state.RESPONSE_OF, names)
    letter = st.segmented_control(
        "Crystal to change",
        list(names),
        default=next(iter(names)),
        format_func=names.__getitem__,
        key=state.RESPONSE_OF,
        required=True,
        bind="query-params",
    )
    return next((each for each in crystals if each.letter == letter), crystals[0])


def _pick_change(structure: Structure) -> Change:
    """Draw the controls of what is done to a crystal."""
    symbols = [element.symbol for element in structure.composition.elements]
    drop_unless(state.REPLACED, [_NOTHING, *symbols])
    with st.container(horizontal=True, vertical_alignment="bottom"):
        mode = st.segmented_control(
            "Strain",
            list(StrainMode),
            default=StrainMode.ISOTROPIC,
            key=state.STRAIN_MODE,
            required=True,
            bind="query-params",
        )
        strain = st.slider(
            "Strain (%)",
            -LARGEST,
            LARGEST,
            0.0,
            STEP,
            format="%+.1f",
            key=state.STRAIN,
            bind="query-params",
            width=260,
        )
        old = st.selectbox(
            "Replace",
            [_NOTHING, *symbols],
            key=state.REPLACED,
            bind="query-params",
            width=110,
        )
        new = st.selectbox(
            "by",
            answers.predictor().elements_seen,
            index=None,
            placeholder="",
            key=state.REPLACEMENT,
            bind="query-params",
            disabled=old not in symbols,
            width=90,
        )
    swap = (old, new) if old in symbols and new else None
    # A URL can hold any number; the curve has points at whole steps.
    near = round(min(max(float(strain), -LARGEST), LARGEST) / STEP) * STEP
    return Change(mode or StrainMode.ISOTROPIC, near, swap)


@st.cache_data(max_entries=30, show_spinner=False)
def _responses(
    crystal: answers.Chosen, swap: tuple[str, str] | None, mode: StrainMode
) -> list["Response"]:
    graph = answers.graph_of(crystal)
    swapped = [substitute(graph.structure, *swap)] if swap else []
    return responses(answers.predictor(), [graph, *swapped], mode)


def _response(chosen: Candidate, change: Change) -> None:
    """Draw curve and table of one crystal under strain and with another element."""
    with st.spinner("Predicting at every strain…"):
        found = _responses(chosen.crystal, change.swap, change.mode)
    names = [chosen.formula]
    if change.swap:
        swapped = substitute(answers.structure_of(chosen.crystal), *change.swap)
        names.append(unicodeify(swapped.composition.reduced_formula))
    keys = list(found[0].predictions[0].shown)
    labels = titles(keys)
    picture, numbers = st.columns(2, gap="medium")
    with picture:
        key = st.selectbox(
            "Property",
            keys,
            format_func=labels.__getitem__,
            key=state.PROPERTY,
            bind="query-params",
        )
        key = key if key in keys else keys[0]
        curves = [Curve(*pair) for pair in zip(names, found, strict=True)]
        changes = len({pair for each in found for pair in each.changes})
        st.plotly_chart(
            response_figure(
                curves,
                key,
                axis=labels[key],
                across=f"Strain, {change.mode.lower()} (%)",
                strain=change.strain,
            ),
            height=_HEIGHT,
            config={"displayModeBar": False},
            alt=f"Model response of {' and '.join(names)} to strain: {labels[key]} "
            f"from {min(found[0].curve(key)):.4g} to "
            f"{max(found[0].curve(key)):.4g}; the set of neighbours changes at "
            f"{changes} points",
        )
        st.caption(WHY)
    with numbers:
        _changed(chosen, change, names, found)


def _changed(
    chosen: Candidate, change: Change, names: Sequence[str], found: Sequence["Response"]
) -> None:
    """Say what the chosen change does to every property."""
    if not change.strain and not change.swap:
        st.caption(
            "Move the strain or replace an element to see how every property changes."
        )
        return
    # Coverage was measured on relaxed crystals: no interval goes with a changed one.
    before, after = (
        replace(each, intervals={})
        for each in (found[0].at(0.0), found[-1].at(change.strain))
    )
    strain = f"{change.strain:+.1f} %".replace("-", MINUS) if change.strain else "0 %"
    comparison_table(
        [f"{chosen.formula} at 0 %", f"{names[-1]} at {strain}"],
        compare(
            [before, after],
            answers.predictor().validation_errors,
            [answers.reasons_against(chosen.crystal)] * 2,
        ),
        "Properties before and after the change",
    )
    if change.swap:
        st.caption(
            "The cell is not relaxed: the new atoms sit in the old cell, whatever "
            "their size."
        )

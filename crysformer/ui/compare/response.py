"""The model's response to strain and to another element, with its controls."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import streamlit as st
from pymatgen.util.string import unicodeify

from crysformer.experiments.comparison import compare
from crysformer.experiments.response import responses
from crysformer.figures.crystals import titles
from crysformer.figures.response import Curve, response_figure
from crysformer.picture.options import ViewOptions
from crysformer.structure.strain import LARGEST, STEP, StrainMode, strained
from crysformer.structure.substitution import VACANCY, substitute
from crysformer.ui.compare.changed import changed_crystal
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
def response_section(crystals: Sequence[Candidate], options: ViewOptions) -> None:
    """Draw controls, curve, picture and table; changing them runs this section alone.

    Args:
        crystals: Those that can be predicted.
        options: How the page draws crystals.
    """
    chosen = _pick_one(crystals)
    with guard():
        change = _pick_change(chosen.crystal)
        _response(chosen, change, options)


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


def _pick_change(crystal: answers.Chosen) -> Change:
    """Draw the controls of what is done to a crystal."""
    graph = answers.graph_of(crystal)
    symbols = [element.symbol for element in graph.structure.composition.elements]
    sites = {
        graph.labels[site]: f"{graph.labels[site]}, 1 of {graph.equal_atoms(site)}"
        for site in graph.different_atoms
    }
    places = dict(zip(symbols, symbols, strict=True)) | sites
    drop_unless(state.REPLACED, [_NOTHING, *places])
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
            [_NOTHING, *places],
            format_func=lambda place: places.get(place, place),
            key=state.REPLACED,
            bind="query-params",
            width=140,
            help="All atoms of an element, or one atom in every cell. A larger cell has "
            "fewer of such atoms.",
        )
        new = st.selectbox(
            "by",
            [VACANCY, *answers.predictor().elements_seen],
            index=None,
            placeholder="",
            key=state.REPLACEMENT,
            bind="query-params",
            disabled=old not in places,
            width=120,
        )
    swap = (old, new) if old in places and new else None
    # A URL can hold any number; the curve has points at whole steps.
    near = round(min(max(float(strain), -LARGEST), LARGEST) / STEP) * STEP
    return Change(mode or StrainMode.ISOTROPIC, near, swap)


def _responses(
    crystal: answers.Chosen, swap: tuple[str, str] | None, mode: StrainMode
) -> list["Response"]:
    graph = answers.graph_of(crystal)
    swapped = [substitute(graph.structure, *swap)] if swap else []
    return answers.asked(
        responses,
        crystal,
        [graph, *swapped],
        mode,
        doing="Predicting at every strain",
        settings=(swap, mode),
    )


def _response(chosen: Candidate, change: Change, options: ViewOptions) -> None:
    """Draw curve, picture and table of one crystal under strain and with other atoms."""
    found = _responses(chosen.crystal, change.swap, change.mode)
    names, swapped = [chosen.formula], answers.structure_of(chosen.crystal)
    if change.swap:
        swapped = substitute(swapped, *change.swap)
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
    if not change.strain and not change.swap:
        numbers.caption(
            "Move the strain, replace atoms or take one out to see the changed crystal "
            "and how every property changes."
        )
        return
    words = f"{names[-1]} at {_strain_text(change)}"
    with numbers:
        made = strained(swapped, change.mode, change.strain) if change.strain else swapped
        changed_crystal(made, words, options)
    _changed(chosen, change, words, found)


def _strain_text(change: Change) -> str:
    if not change.strain:
        return "0 %"
    return f"{change.strain:+.1f} %".replace("-", MINUS)


def _changed(
    chosen: Candidate, change: Change, words: str, found: Sequence["Response"]
) -> None:
    """Say what the chosen change does to every property."""
    # Coverage was measured on relaxed crystals: no interval goes with a changed one.
    before, after = (
        replace(each, intervals={})
        for each in (found[0].at(0.0), found[-1].at(change.strain))
    )
    comparison_table(
        [f"{chosen.formula} at 0 %", words],
        compare(
            [before, after],
            answers.predictor().validation_errors,
            [answers.reasons_against(chosen.crystal)] * 2,
        ),
        "Properties before and after the change",
    )
    if change.swap:
        st.caption(
            "The cell is not relaxed: the atoms stay where they were, whatever their "
            "size. What is done to one atom is done in every cell."
        )

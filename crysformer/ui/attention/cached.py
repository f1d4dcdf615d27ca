"""Cached calls of the attention page: what takes longer than a slider may wait."""

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from crysformer import faithfulness
from crysformer.attention.reduce import BOTH, Choice, Measure, Module, centre_weights
from crysformer.ui.session import answers
from crysformer.ui.session.background import Background

# Importing torch takes seconds: it comes once the page has something to show.
if TYPE_CHECKING:
    from crysformer.faithfulness.controls import SymmetryCheck
    from crysformer.faithfulness.knockout import Variant
    from crysformer.faithfulness.study import Report, Study
    from crysformer.faithfulness.verdict import Finding

MAX_ATOMS_UNASKED = 40
"""Up to here the test takes about a second and begins by itself."""

_MAX_STUDIES = 20


def contributions(key: str) -> NDArray[np.float64]:
    """Return what each site of the chosen crystal adds to a property, in its unit.

    NaN where all sites are of one kind.
    """
    return _contributions(answers.chosen(), key)


@st.cache_data(max_entries=100, show_spinner=False)
def _contributions(chosen: answers.Chosen, key: str) -> NDArray[np.float64]:
    predictor = answers.predictor()
    checkpoint = predictor.checkpoint
    return faithfulness.contributions.site_contributions(
        predictor.model,
        answers.seen(chosen),
        checkpoint.scalings[checkpoint.keys.index(key)],
        faithfulness.tables.output_columns(checkpoint.scalings)[key],
    )


def is_small() -> bool:
    """Whether the chosen crystal is tested without being asked to."""
    return len(answers.structure()) <= MAX_ATOMS_UNASKED


def study_is_known(choice: Choice) -> bool:
    """Whether the test of the chosen crystal is done, or known to be refused."""
    return _studies().known(_key(choice))


def start_study(choice: Choice) -> None:
    """Begin to take bonds away, while the page goes on.

    Args:
        choice: How blocks and heads are taken together; the module does not matter.
    """
    model, seen = answers.predictor().model, answers.seen(answers.chosen())
    choice = _same_for_modules(choice)
    aggregate = {
        module: partial(centre_weights, choice=replace(choice, module=module))
        for module in BOTH
    }
    _studies().start(
        _key(choice),
        lambda report: faithfulness.study.study(model, seen, aggregate, report),
    )


def study(choice: Choice, report: "Report" = lambda *_: None) -> "Study":
    """Return what taking bonds away does, and the attention that might tell it.

    Args:
        choice: How blocks and heads are taken together; the module does not matter.
        report: Called with the share done, unless the answer is known already.

    Raises:
        StructureError: The crystal has too many independent bonds.
    """
    start_study(choice)
    return _studies().wait(_key(choice), report)


def effect(orbit: NDArray[np.int64], key: str) -> float:
    """Return how a property of the chosen crystal changes without some bonds.

    Args:
        orbit: Rows of the quotient graph to leave out: a bond, its equals and reverses.
        key: The property.
    """
    return _effects(answers.chosen(), tuple(orbit.tolist()))[key]


@st.cache_data(max_entries=500, show_spinner=False)
def _effects(chosen: answers.Chosen, orbit: tuple[int, ...]) -> dict[str, float]:
    checkpoint, seen = answers.predictor().checkpoint, answers.seen(chosen)
    [found] = faithfulness.knockout.knock_out(
        answers.predictor().model, seen.graph.arrays, [np.array(orbit)]
    )
    structure = seen.graph.structure
    return {
        key: float(
            faithfulness.tables.in_unit(
                found[column] - seen.outputs[column],
                float(seen.outputs[column]),
                checkpoint.scalings[checkpoint.keys.index(key)],
                structure,
            )
        )
        for key, column in faithfulness.tables.output_columns(checkpoint.scalings).items()
    }


def findings(choice: Choice, variant: "Variant") -> dict[str, list["Finding"]]:
    """Return how both modules' attention follows the effects on all outputs."""
    return _findings(*_key(choice), variant)


def symmetry_check() -> "SymmetryCheck":
    """Return how exactly equal bonds are equal in a doubled cell without symmetry."""
    return _symmetry_check(answers.chosen())


def _same_for_modules(choice: Choice) -> Choice:
    return replace(choice, module=Module.CROSS, measure=Measure.WEIGHT)


def _key(choice: Choice) -> tuple[answers.Chosen, Choice]:
    return answers.chosen(), _same_for_modules(choice)


@st.cache_resource(show_spinner=False)
def _studies() -> "Background[Study]":
    return Background(_MAX_STUDIES)


@st.cache_data(max_entries=60, show_spinner=False)
def _findings(
    chosen: answers.Chosen, choice: Choice, variant: "Variant"
) -> dict[str, list["Finding"]]:
    found = study(choice)
    return {
        module: faithfulness.verdict.find_each(found, module, variant) for module in BOTH
    }


@st.cache_data(max_entries=60, show_spinner=False)
def _symmetry_check(chosen: answers.Chosen) -> "SymmetryCheck":
    return faithfulness.controls.check_symmetry(
        answers.predictor().model, answers.graph_of(chosen)
    )

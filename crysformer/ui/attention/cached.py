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

# Importing torch takes seconds: it comes once the page has something to show.
if TYPE_CHECKING:
    from crysformer.faithfulness.controls import SymmetryCheck
    from crysformer.faithfulness.knockout import Variant
    from crysformer.faithfulness.study import Report, Study
    from crysformer.faithfulness.verdict import Finding

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


def study(choice: Choice, report: "Report") -> "Study":
    """Return what taking bonds away does, and the attention that might tell it.

    Args:
        choice: How blocks and heads are taken together; the module does not matter.
        report: Called with the share done, unless the answer is known already.
    """
    return _study(answers.chosen(), _same_for_modules(choice), report)


def findings(choice: Choice, variant: "Variant") -> dict[str, list["Finding"]]:
    """Return how both modules' attention follows the effects on all outputs."""
    return _findings(answers.chosen(), _same_for_modules(choice), variant)


def symmetry_check() -> "SymmetryCheck":
    """Return how exactly equal bonds are equal in a doubled cell without symmetry."""
    return _symmetry_check(answers.chosen())


def _same_for_modules(choice: Choice) -> Choice:
    return replace(choice, module=Module.CROSS, measure=Measure.WEIGHT)


def _study(chosen: answers.Chosen, choice: Choice, report: "Report") -> "Study":
    kept = _studies()
    if (chosen, choice) in kept:
        return kept[chosen, choice]
    aggregate = {
        module: partial(centre_weights, choice=replace(choice, module=module))
        for module in BOTH
    }
    found = faithfulness.study.study(
        answers.predictor().model, answers.seen(chosen), aggregate, report
    )
    kept[chosen, choice] = found
    while len(kept) > _MAX_STUDIES:
        kept.pop(next(iter(kept)), None)
    return found


# Not a cached function: Streamlit would keep the progress bar with the answer.
@st.cache_resource(show_spinner=False)
def _studies() -> dict[tuple[answers.Chosen, Choice], "Study"]:
    return {}


@st.cache_data(max_entries=60, show_spinner=False)
def _findings(
    chosen: answers.Chosen, choice: Choice, variant: "Variant"
) -> dict[str, list["Finding"]]:
    found = _study(chosen, choice, lambda *_: None)
    return {
        module: faithfulness.verdict.find_each(found, module, variant) for module in BOTH
    }


@st.cache_data(max_entries=60, show_spinner=False)
def _symmetry_check(chosen: answers.Chosen) -> "SymmetryCheck":
    return faithfulness.controls.check_symmetry(
        answers.predictor().model, answers.graph_of(chosen)
    )

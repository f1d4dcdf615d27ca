"""Cached calls of the attention page: what takes longer than a slider may wait."""

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from crysformer import faithfulness, predict
from crysformer.attention.reduce import BOTH, Choice, Measure, Module, centre_weights
from crysformer.paths import weights_folder
from crysformer.ui.session import answers
from crysformer.ui.session.pool import answer_of, computed, pool

# Importing torch takes seconds: it comes once the page has something to show.
if TYPE_CHECKING:
    from crysformer.faithfulness.controls import SymmetryCheck
    from crysformer.faithfulness.judged import Judged
    from crysformer.faithfulness.knockout import Variant
    from crysformer.faithfulness.study import Report, Study
    from crysformer.faithfulness.verdict import Finding
    from crysformer.workers.job import Job

MAX_ATOMS_UNASKED = 40
"""Up to here the test takes about a second and begins by itself."""

_STUDY_S, _CHECK_S = 300.0, 120.0
"""Deadlines: the longest test takes a minute on a core of its own."""


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
    job = pool().find(_key(choice))
    return job is not None and job.done


def start_study(choice: Choice) -> None:
    """Begin to take bonds away, while the page goes on and others go first.

    Args:
        choice: How blocks and heads are taken together; the module does not matter.

    Raises:
        BusyError: The server has too much to do.
    """
    _job(choice, background=True)


def study(choice: Choice, report: "Report" = lambda *_: None) -> "Study":
    """Return what taking bonds away does, and the attention that might tell it.

    Args:
        choice: How blocks and heads are taken together; the module does not matter.
        report: Called with the share done, unless the answer is known already.

    Raises:
        BusyError: The server has too much to do.
        StructureError: The crystal has too many independent bonds.
    """
    return _judged(choice, report).study


def _judged(choice: Choice, report: "Report" = lambda *_: None) -> "Judged":
    return answer_of(_job(choice), report)


def _job(choice: Choice, *, background: bool = False) -> "Job[Judged]":
    crystal, same = key = _key(choice)
    aggregate = {
        module: partial(centre_weights, choice=replace(same, module=module))
        for module in BOTH
    }
    return pool().submit(
        predict.remote.with_network,
        faithfulness.judged.judge,
        crystal.model,
        weights_folder(),
        answers.graph_of(crystal),
        aggregate,
        deadline=_STUDY_S,
        key=key,
        reports=True,
        background=background,
    )


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
    return _judged(choice).findings[variant]


def symmetry_check() -> "SymmetryCheck":
    """Return how exactly equal bonds are equal in a doubled cell without symmetry."""
    crystal = answers.chosen()
    return computed(
        ("symmetry", crystal),
        predict.remote.with_network,
        faithfulness.controls.check_symmetry,
        crystal.model,
        weights_folder(),
        answers.graph_of(crystal),
        deadline=_CHECK_S,
    )


def _same_for_modules(choice: Choice) -> Choice:
    return replace(choice, module=Module.CROSS, measure=Measure.WEIGHT)


def _key(choice: Choice) -> tuple[answers.Chosen, Choice]:
    return answers.chosen(), _same_for_modules(choice)

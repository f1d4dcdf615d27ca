"""Cached numbers of the lesson; the first four steps need no network.

What is cached is never changed.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st
from pymatgen.core import Structure

from crysformer import lesson as lessons
from crysformer.errors import StructureError
from crysformer.graph.crystal import CrystalGraph
from crysformer.lesson.neighbourhood import Neighbourhood
from crysformer.lesson.steps import MAX_ANGLES
from crysformer.model.bundled import read_architecture
from crysformer.model.config import ModelConfig
from crysformer.ui.session import answers, state

if TYPE_CHECKING:
    from crysformer.lesson.experiments import Changes, TwoGraphs
    from crysformer.lesson.walkthrough import Walkthrough
    from crysformer.model.network import Crysformer

SINGLE, DOUBLE = "float32", "float64"


@dataclass(frozen=True)
class Lesson:
    """The crystal and the atom that the lesson speaks of.

    Attributes:
        chosen: The crystal as it is shown, and the model.
        graph: Its graph.
        around: The chosen atom and its bonds.
        config: Sizes of the model.
        dark: Whether the page is dark.
    """

    chosen: answers.Chosen
    graph: CrystalGraph
    around: Neighbourhood
    config: ModelConfig
    dark: bool

    @property
    def structure(self) -> Structure:
        """The crystal."""
        return self.graph.structure

    def key(self, name: str) -> str:
        """Key of a widget whose choices belong to this atom of this crystal."""
        return f"lesson-{name}-{'-'.join(self.chosen)}-{self.around.site}"


def architecture() -> ModelConfig:
    """Return the sizes of the chosen model, without loading it."""
    return read_architecture(state.model())


def network(precision: str) -> "Crysformer":
    """Return the chosen network on the CPU, in single or double precision."""
    return _network(state.model(), precision)


@st.cache_resource(max_entries=4, show_spinner=False)
def _network(model: str, precision: str) -> "Crysformer":
    # The first four steps are shown without torch, which takes seconds to import.
    import torch

    return lessons.walkthrough.copy_on_cpu(
        answers.predictor().model, getattr(torch, precision)
    )


def walkthrough(lesson: Lesson, precision: str = SINGLE) -> "Walkthrough":
    """Return the crystal's way through the network.

    Raises:
        StructureError: The crystal is too large for a lesson.
    """
    _check_size(lesson)
    return _walkthrough(lesson.chosen, precision)


@st.cache_resource(max_entries=6, show_spinner=False)
def _walkthrough(chosen: answers.Chosen, precision: str) -> "Walkthrough":
    return lessons.walkthrough.walk(network(precision), answers.graph_of(chosen).arrays)


def _check_size(lesson: Lesson) -> None:
    """Refuse a crystal that one visitor should not keep a server busy with."""
    angles = len(lesson.graph.quotient.cosine)
    if angles > MAX_ANGLES:
        raise StructureError(
            f"This crystal has {angles:,} different angles, too many to follow step by "
            f"step (at most {MAX_ANGLES:,}). Pick a smaller or more symmetric one."
        )


def main_property() -> str:
    """Return the property that the lesson's experiments speak of."""
    return lessons.experiments.main_property(answers.predictor())


def responses(lesson: Lesson) -> dict:
    """Return every property over a stretch of the cell.

    Raises:
        StructureError: The crystal is too large for a lesson.
    """
    _check_size(lesson)
    return _responses(lesson.chosen)


@st.cache_resource(max_entries=50, show_spinner=False)
def _responses(chosen: answers.Chosen) -> dict:
    return lessons.experiments.responses(answers.predictor(), answers.graph_of(chosen))


def changes(lesson: Lesson) -> "Changes":
    """Return the prediction before and after three changes.

    Raises:
        StructureError: The crystal is too large for a lesson.
    """
    _check_size(lesson)
    return _changes(lesson.chosen)


@st.cache_resource(max_entries=50, show_spinner=False)
def _changes(chosen: answers.Chosen) -> "Changes":
    structure, base = answers.structure_of(chosen), answers.prediction_of(chosen)
    return lessons.experiments.changes(answers.predictor(), structure, base)


def two_graphs(lesson: Lesson) -> "TwoGraphs":
    """Return sizes and predictions of the full graph and of the quotient."""
    return _two_graphs(lesson.chosen)


@st.cache_resource(max_entries=50, show_spinner=False)
def _two_graphs(chosen: answers.Chosen) -> "TwoGraphs":
    return lessons.experiments.two_graphs(answers.predictor(), answers.graph_of(chosen))

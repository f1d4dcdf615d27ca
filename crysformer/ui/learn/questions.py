"""The questions of the lesson for the crystal at hand, from its live numbers."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from crysformer import lesson as lessons
from crysformer.lesson import questions
from crysformer.lesson.questions import Question
from crysformer.ui.learn import cached
from crysformer.ui.learn.cached import SINGLE, Lesson

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from crysformer.lesson.walkthrough import AtomStep

HEAD = BLOCK = 0
"""What steps 5 and 6 look at: the first head of the first block."""


def cross_step(lesson: Lesson, precision: str = SINGLE) -> "AtomStep":
    """Cross-attention of the chosen atom, by hand and by the network."""
    return lessons.walkthrough.cross_at(
        cached.network(precision),
        cached.walkthrough(lesson, precision),
        lesson.graph.quotient,
        lesson.around,
        BLOCK,
    )


def conditional_step(lesson: Lesson, precision: str = SINGLE) -> "AtomStep":
    """Conditional attention of the chosen atom, by hand and by the network."""
    return lessons.walkthrough.conditional_at(
        cached.network(precision),
        cached.walkthrough(lesson, precision),
        lesson.graph.quotient,
        lesson.around,
        BLOCK,
    )


def attention_by_block(lesson: Lesson) -> "NDArray":
    """Cross-attention of the chosen atom's bonds in every block, (bonds, blocks)."""
    steps = cached.walkthrough(lesson)
    return lessons.walkthrough.attention_by_block(
        steps, lesson.graph.quotient, lesson.around
    )


def _cell(lesson: Lesson) -> Question:
    return questions.cell_question(lesson.graph)


def _neighbours(lesson: Lesson) -> Question:
    return questions.neighbour_question(lesson.around)


def _line_graph(lesson: Lesson) -> Question:
    return questions.line_graph_question(lesson.around)


def _gaussian(lesson: Lesson) -> Question:
    return questions.gaussian_question(lesson.around, lesson.config)


def _cross(lesson: Lesson) -> Question:
    weights = cross_step(lesson).attention[:, HEAD]
    return questions.cross_question(lesson.around, weights)


def _conditional(lesson: Lesson) -> Question:
    return questions.conditional_question(
        lesson.around,
        cross_step(lesson).attention[:, HEAD],
        conditional_step(lesson).attention[:, HEAD],
    )


def _blocks(lesson: Lesson) -> Question:
    return questions.block_question(lesson.around, attention_by_block(lesson))


def _change(lesson: Lesson) -> Question:
    tried = cached.changes(lesson)
    return questions.change_question(
        tried.replacement,
        tried.base,
        tried.turned,
        tried.doubled,
        tried.replaced,
        cached.main_property(),
    )


def _kinds(lesson: Lesson) -> Question:
    return questions.kind_question(lesson.around)


QUESTIONS: tuple[Callable[[Lesson], Question], ...] = (
    _cell,
    _neighbours,
    _line_graph,
    _gaussian,
    _cross,
    _conditional,
    _blocks,
    _change,
    _kinds,
)
"""One for each step of the lesson."""

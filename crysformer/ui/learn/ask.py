"""The question of a step: two tries with a hint between them, then the answer."""

from dataclasses import dataclass

import streamlit as st

from crysformer.lesson.questions import Question
from crysformer.lesson.steps import STEPS
from crysformer.ui.learn import progress
from crysformer.ui.session import state

TRIES = 2


@dataclass(frozen=True)
class _Try:
    """The last answer to a question.

    Attributes:
        key: Identity of the question.
        given: What was answered, or None.
        wrong: Wrong answers so far.
    """

    key: str
    given: float | str | None
    wrong: int


def ask(question: Question, key: str, step: int) -> None:
    """Ask a question; the answer and its explanation appear after the last try.

    Args:
        question: What to ask.
        key: Identity of the question: step, crystal and atom.
        step: Which step it belongs to, counted from 1.
    """

    def check() -> None:
        given, last = st.session_state[key], st.session_state.get(state.ANSWER)
        wrong = last.wrong if last and last.key == key else 0
        if given is not None and question.is_right(given):
            # Who was told the answer did not find it.
            if wrong < TRIES:
                progress.solve(step)
        elif given is not None:
            wrong += 1
        st.session_state[state.ANSWER] = _Try(key, given, wrong)

    with st.container(border=True):
        st.markdown(f":material/quiz: **Question.** {question.prompt}")
        with st.form(f"form-{key}", border=False):
            row = st.container(horizontal=True, vertical_alignment="bottom")
            _field(row, question, key)
            row.form_submit_button("Check", type="secondary", on_click=check)
        last = st.session_state.get(state.ANSWER)
        if last and last.key == key:
            _judge(question, last)
        count = len(progress.solved())
        if count:
            st.caption(f"{count} of {len(STEPS)} questions answered right.")


def _field(
    row: "st.delta_generator.DeltaGenerator", question: Question, key: str
) -> None:
    if question.options:
        row.radio(
            "Your answer",
            question.options,
            index=None,
            horizontal=True,
            key=key,
            label_visibility="collapsed",
        )
        return
    row.number_input(
        f"Your answer ({question.unit})" if question.unit else "Your answer",
        value=None,
        step=0.1 if question.tolerance else 1,
        key=key,
        width=190,
    )


def _judge(question: Question, last: _Try) -> None:
    if last.given is None:
        st.info("Give an answer first.", icon=":material/edit:")
    elif question.is_right(last.given):
        st.success(f"**Right.** {question.explanation}", icon=":material/check_circle:")
    elif last.wrong < TRIES:
        st.info(
            f"**Not yet.** Hint: {question.hint} Try once more.",
            icon=":material/lightbulb:",
        )
    else:
        st.warning(
            f"**Not quite.** The answer is **{question.answer_text}**. "
            f"{question.explanation}",
            icon=":material/school:",
        )

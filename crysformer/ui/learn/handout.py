"""The teacher's hand-out as a download, made when its menu is opened."""

from urllib.parse import urlencode

import streamlit as st

from crysformer.lesson.handout import handout_html, handout_markdown
from crysformer.lesson.steps import steps_of
from crysformer.ui.learn.cached import Lesson
from crysformer.ui.learn.questions import QUESTIONS
from crysformer.ui.session import answers, state
from crysformer.ui.session.text import plain

_MENU = "lesson_handout"


def handout_menu(lesson: Lesson) -> None:
    """Draw the popover with the hand-out for the chosen crystal."""
    name = f"{answers.formula()}-lesson"
    # A download made on the click would run outside the session, which knows the crystal.
    menu = st.popover(
        "Hand-out",
        icon=":material/print:",
        width="content",
        key=_MENU,
        on_change="rerun",
    )
    if not menu.open:
        return
    with menu:
        st.caption(
            "Two pages for the teacher: goals, ideas, questions with the answers for "
            "this crystal."
        )
        with st.spinner("Writing…"):
            text = _markdown(lesson)
        st.download_button(
            "To print (HTML)",
            handout_html(text).encode(),
            file_name=f"{name}.html",
            mime="text/html",
            icon=":material/download:",
            on_click="ignore",
        )
        st.download_button(
            "To change (Markdown)",
            text.encode(),
            file_name=f"{name}.md",
            mime="text/markdown",
            icon=":material/download:",
            on_click="ignore",
        )


def _markdown(lesson: Lesson) -> str:
    query = state.link_query() | {state.ATOM: lesson.around.label}
    query.pop(state.UPLOAD, None)  # No other session has the file.
    if not answers.is_as_given():
        query[state.CELL] = answers.chosen().cell
    address = f"?{urlencode(query)}"
    return handout_markdown(
        plain(answers.crystal_name()),
        lesson.around.label,
        [question(lesson) for question in QUESTIONS],
        address,
        steps_of(lesson.config),
    )

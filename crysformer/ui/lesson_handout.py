"""The teacher's hand-out as a download, made when it is asked for."""

import streamlit as st

from crysformer.lesson_handout import handout_html, handout_markdown
from crysformer.ui import loaders, state
from crysformer.ui.frame import plain
from crysformer.ui.lesson_answers import QUESTIONS
from crysformer.ui.lesson_loaders import Lesson


def handout_menu(lesson: Lesson) -> None:
    """Draw the popover with the hand-out for the chosen crystal."""
    name = f"{loaders.formula()}-lesson"
    with st.popover("Hand-out", icon=":material/print:", width="content"):
        st.caption(
            "Two pages for the teacher: goals, ideas, questions with the answers for "
            "this crystal. Made when you click, which may take seconds the first time."
        )
        st.download_button(
            "To print (HTML)",
            lambda: handout_html(_markdown(lesson)).encode(),
            file_name=f"{name}.html",
            mime="text/html",
            icon=":material/download:",
            on_click="ignore",
        )
        st.download_button(
            "To change (Markdown)",
            lambda: _markdown(lesson).encode(),
            file_name=f"{name}.md",
            mime="text/markdown",
            icon=":material/download:",
            on_click="ignore",
        )


def _markdown(lesson: Lesson) -> str:
    address = f"?atom={lesson.around.label}"
    if state.upload() is None:
        address = f"?crystal={state.token()}&atom={lesson.around.label}"
    return handout_markdown(
        plain(loaders.crystal_name()),
        lesson.around.label,
        [question(lesson) for question in QUESTIONS],
        address,
    )

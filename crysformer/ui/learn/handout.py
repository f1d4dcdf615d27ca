"""The teacher's hand-out and the students' sheet, made when their menu is opened."""

from collections.abc import Sequence
from urllib.parse import urlencode

import streamlit as st

from crysformer.lesson.handout import handout_html, handout_markdown
from crysformer.lesson.questions import Question
from crysformer.lesson.steps import steps_of
from crysformer.ui.learn.cached import Lesson
from crysformer.ui.learn.questions import QUESTIONS
from crysformer.ui.session import answers as crystals
from crysformer.ui.session import state
from crysformer.ui.session.text import plain

_MENU = "lesson_handout"


def handout_menu(lesson: Lesson) -> None:
    """Draw the popover with hand-out and sheet for the chosen crystal."""
    name = f"{crystals.formula()}-lesson"
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
    with menu, st.spinner("Writing…"):
        asked = [question(lesson) for question in QUESTIONS]
        _downloads(
            "For the teacher",
            "Goals, ideas, questions and the answers for this crystal: two pages.",
            _markdown(lesson, asked, answers=True),
            f"{name}-teacher",
        )
        _downloads(
            "For students",
            "The same questions without answers, with room to write.",
            _markdown(lesson, asked, answers=False),
            f"{name}-student",
        )


def _downloads(heading: str, caption: str, text: str, name: str) -> None:
    st.markdown(f"**{heading}**")
    st.caption(caption)
    kinds = {
        "To print (HTML)": (handout_html(text), "html", "text/html"),
        "To change (Markdown)": (text, "md", "text/markdown"),
    }
    with st.container(horizontal=True):
        for label, (content, ending, mime) in kinds.items():
            st.download_button(
                label,
                content.encode(),
                file_name=f"{name}.{ending}",
                mime=mime,
                icon=":material/download:",
                on_click="ignore",
                key=f"{name}.{ending}",
            )


def _markdown(lesson: Lesson, asked: Sequence[Question], *, answers: bool) -> str:
    query = state.link_query() | {state.ATOM: lesson.around.label}
    query.pop(state.UPLOAD, None)  # No other session has the file.
    if not crystals.is_as_given():
        query[state.CELL] = crystals.chosen().cell
    return handout_markdown(
        plain(crystals.crystal_name()),
        lesson.around.label,
        asked,
        f"?{urlencode(query)}",
        steps_of(lesson.config),
        answers=answers,
    )

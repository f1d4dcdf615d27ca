"""Which steps of the lesson are answered: the URL keeps it across a reload."""

import streamlit as st

from crysformer.lesson.steps import STEPS
from crysformer.ui.session import state
from crysformer.ui.session.url import UrlValue

_URL = UrlValue(state.SOLVED)


def adopt() -> None:
    """Take what the URL says, on the way back as well as from a link.

    A URL of another page says nothing of the lesson: then what the session knows holds,
    and goes into the URL again.
    """
    known = _written(solved())
    if state.STEP not in st.query_params:
        _URL.write(known)
        return
    asked = _written(_read(st.query_params.get(state.SOLVED, "")))
    if asked != known:
        st.session_state[state.SOLVED] = asked
        # On the way back an answer is not given yet.
        st.session_state.pop(state.ANSWER, None)


def solved() -> set[int]:
    """Return the steps whose questions are answered, counted from 1."""
    return _read(st.session_state.get(state.SOLVED, ""))


def solve(step: int) -> None:
    """Remember that the question of a step is answered."""
    written = _written(solved() | {step})
    st.session_state[state.SOLVED] = written
    _URL.write(written)


def _read(text: str) -> set[int]:
    return {number for number in range(1, len(STEPS) + 1) if str(number) in text}


def _written(steps: set[int]) -> str:
    return "".join(map(str, sorted(steps)))

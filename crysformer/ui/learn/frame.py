"""The lesson's frame: list of steps, way back and forth, the atom, the projector."""

from pathlib import Path

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from crysformer.graph.crystal import CrystalGraph
from crysformer.lesson.steps import STEPS, steps_of
from crysformer.ui.learn import progress
from crysformer.ui.learn.cached import architecture
from crysformer.ui.session import answers, state
from crysformer.ui.session.url import UrlValue

_CSS = Path(__file__).with_name("learn.css")
_PROJECTOR = "Large type, and no sidebar. The address keeps it."
_PROJECTOR_CSS = Path(__file__).with_name("projector.css")
_STEP_URL, _ATOM_URL = UrlValue(state.STEP), UrlValue(state.ATOM)


def current_step() -> int:
    """Return the step that is shown, counted from 1, and show it in the URL."""
    asked = _STEP_URL.asked()
    if asked is not None:
        number = state.whole_number(asked) or 1
        st.session_state[state.STEP] = number if number <= len(STEPS) else 1
    step = st.session_state.setdefault(state.STEP, 1)
    progress.adopt()
    _STEP_URL.write(str(step))
    return step


def projector() -> None:
    """Draw the switch for a class room's wall: large type and no sidebar."""
    if st.toggle("Projector", key=state.PROJECTOR, bind="query-params", help=_PROJECTOR):
        st.html(_PROJECTOR_CSS)


def step_list(step: int) -> None:
    """Draw the names of all steps, a tick at those answered; a click goes there."""
    st.html(_CSS)
    st.session_state[state.STEP_WIDGET] = step
    solved = progress.solved()

    def take() -> None:
        _go(st.session_state[state.STEP_WIDGET] or step)

    st.pills(
        "Steps of the lesson",
        range(1, len(STEPS) + 1),
        format_func=lambda number: (
            f"{number} {STEPS[number - 1].name}{' ✓' if number in solved else ''}"
        ),
        key=state.STEP_WIDGET,
        on_change=take,
        required=True,
        label_visibility="collapsed",
    )


def way_on(step: int) -> DeltaGenerator:
    """Draw the buttons to the step before and to the next one.

    Returns:
        The place between them.
    """
    row = st.container(horizontal=True, horizontal_alignment="distribute")
    row.button(
        STEPS[step - 2].name if step > 1 else "Back",
        icon=":material/arrow_back:",
        on_click=_go,
        args=(step - 1,),
        disabled=step == 1,
        key="lesson_back",
        help="The step before",
    )
    between = row.container(width="content")
    row.button(
        STEPS[step].name if step < len(STEPS) else "Next",
        icon=":material/arrow_forward:",
        icon_position="right",
        type="primary",
        on_click=_go,
        args=(step + 1,),
        disabled=step == len(STEPS),
        key="lesson_next",
        help="The next step",
    )
    return between


def _go(step: int) -> None:
    st.session_state[state.STEP] = step
    st.session_state.pop(state.ANSWER, None)


def heading(step: int) -> None:
    """Say what the step is about and what to do."""
    words = steps_of(architecture())[step - 1]
    st.markdown(f"## {step} · {words.title}")
    st.markdown(words.idea)


def pick_atom(graph: CrystalGraph) -> int:
    """Choose one of the atoms that differ; the URL carries its name.

    Returns:
        Its site.
    """
    sites = graph.different_atoms
    names = [graph.labels[site] for site in sites]
    asked = _ATOM_URL.asked() or _ATOM_URL.written
    site = st.selectbox(
        "Atom",
        sites,
        index=names.index(asked) if asked in names else 0,
        format_func=lambda each: _atom_text(graph, each),
        key="-".join([state.ATOM, *answers.chosen()]),
        help="Atoms that are equal by symmetry are offered once.",
        width=150,
    )
    _ATOM_URL.write(graph.labels[site])
    return site


def _atom_text(graph: CrystalGraph, site: int) -> str:
    count = graph.equal_atoms(site)
    return graph.labels[site] + (f" (1 of {count})" if count > 1 else "")

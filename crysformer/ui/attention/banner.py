"""The verdict on attention in one line; a click opens the whole test."""

import streamlit as st

from crysformer import faithfulness, figures
from crysformer.attention.reduce import Choice, Module
from crysformer.errors import CrysformerError
from crysformer.ui.attention import cached
from crysformer.ui.attention.controls import AttentionSettings
from crysformer.ui.attention.trial import JUST_OPENED
from crysformer.ui.session import answers, state
from crysformer.ui.session.text import plain

# A room of thirty that looks twice a second keeps a processor busy with looking.
_LOOK_S, _LOOK_PER_PLACE_S, _LOOK_MOST_S = 1.0, 1.0, 10.0
# One line for the crystal, not for each head: all blocks and heads, by their mean.
_WHOLE = Choice()
_ASKED = "**Does it mean anything?**"
_ICONS = {"Yes": "check_circle", "Only": "indeterminate_question_box", "No": "cancel"}


def verdict_banner(settings: AttentionSettings) -> None:
    """Draw the line, as soon as the test is done in the background.

    Args:
        settings: Which module is shown.
    """
    columns = faithfulness.tables.output_columns(answers.predictor().checkpoint.scalings)
    names = figures.crystals.titles(columns)
    with st.container(horizontal=True, vertical_alignment="center", key="verdict"):
        line = st.container()
        key = st.selectbox(
            "Property",
            list(columns),
            format_func=names.__getitem__,
            key=state.EFFECT,
            bind="query-params",
            width=230,
            label_visibility="collapsed",
        )
        is_open = bool(st.session_state.get(state.TRIAL))
        st.button(
            "Close the test" if is_open else "Whole test",
            icon=":material/science:",
            on_click=_open_or_close,
        )
        with line:
            _say(settings, columns[key if key in columns else next(iter(columns))])


def _open_or_close() -> None:
    opened = not st.session_state.get(state.TRIAL)
    st.session_state[state.TRIAL] = st.session_state[JUST_OPENED] = opened


def _say(settings: AttentionSettings, column: int) -> None:
    if not (cached.is_small() or cached.study_is_known(_WHOLE)):
        st.markdown(f":small[{_ASKED} The test removes every bond in turn.]")
        return
    if not cached.study_is_known(_WHOLE):
        place = cached.start_study(_WHOLE)
        look_s = min(_LOOK_S + _LOOK_PER_PLACE_S * place, _LOOK_MOST_S)
        st.fragment(_wait, run_every=look_s)()
        return
    module = settings.choice.module
    shown = Module.CROSS if module == Module.DIFFERENCE else module
    try:
        finding = cached.findings(_WHOLE, faithfulness.knockout.Variant.MASKED)
    except CrysformerError as error:
        st.markdown(f":small[{_ASKED} {plain(str(error))}]")
        return
    sentence = faithfulness.verdict.headline(finding[shown][column], shown)
    icon = _ICONS.get(sentence.split()[0].strip(",:"), "help")
    st.markdown(
        f":small[:material/{icon}: {_ASKED} {plain(sentence)}]",
        help="Mean over all blocks and heads. The whole test has the controls behind "
        "this sentence.",
    )


def _wait() -> None:
    if cached.study_is_known(_WHOLE):
        st.rerun()
    st.markdown(f":small[:material/hourglass: {_ASKED} Removing every bond in turn…]")

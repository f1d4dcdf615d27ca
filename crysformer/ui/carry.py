"""View settings go along from page to page.

Streamlit forgets a widget with the page it stands on, and empties the URL of it. What was
set is noted at the start of every run and set again on the next page.
"""

from collections.abc import Collection

import streamlit as st

from crysformer.ui import state

# Where options depend on the crystal, the page calls ``drop_unless``.
_SETTINGS = (
    state.LAYER,
    state.CELL,
    state.STYLE,
    state.COLOURS,
    state.BEYOND,
    state.BOUNDARY,
    *state.REPEAT,
    state.MODULE,
    state.GRAPH,
    state.BLOCK,
    state.HEAD,
    state.REDUCE,
    state.MEASURE,
    state.THRESHOLD,
    state.PER_ATOM,
    state.AT_LEAST,
    state.ONE_SCALE,
    state.THICKNESS,
    state.ATOMS,
    state.CONTRIBUTION,
    state.ATTENTION_TAB,
    state.EFFECT,
    state.KNOCKOUT,
    state.RESPONSE_OF,
    state.PROPERTY,
    state.STRAIN_MODE,
    state.STRAIN,
    state.REPLACED,
    state.REPLACEMENT,
    state.SORT,
    state.DESCENDING,
    state.FACTS,
    state.RADIATION,
    state.MODEL_PROPERTY,
)


def carry_settings(page: str) -> None:
    """Note what is set; on another page than before, set it there too.

    Args:
        page: Name of the page that is drawn.
    """
    kept: dict[str, object] = st.session_state.setdefault(state.KEPT, {})
    kept |= {
        name: st.session_state[name] for name in _SETTINGS if name in st.session_state
    }
    before = st.session_state.get(state.PAGE)
    st.session_state[state.PAGE] = page
    if before in (None, page):
        return
    for name, value in kept.items():
        # A link that says how to look is newer than what was looked at before.
        if name not in st.query_params:
            st.session_state[name] = value


def drop_unless(name: str, options: Collection[object]) -> None:
    """Forget a setting that came from another crystal and that this one cannot have.

    Args:
        name: Key of a widget that is about to be drawn.
        options: What it offers here.
    """
    if name in st.session_state and st.session_state[name] not in options:
        del st.session_state[name]

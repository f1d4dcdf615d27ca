"""View settings go along from page to page.

Streamlit forgets a widget with the page it stands on, and a link in the menu empties the
URL. What was set is noted at the start of every run and set again on the next page.
"""

import streamlit as st

from crysformer.ui import state

# Only widgets whose options are the same for every crystal.
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
    state.AT_LEAST,
    state.ONE_SCALE,
    state.THICKNESS,
    state.ATOMS,
    state.CONTRIBUTION,
    state.ATTENTION_TAB,
    state.EFFECT,
    state.KNOCKOUT,
    state.PROPERTY,
    state.STRAIN_MODE,
    state.STRAIN,
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

"""View settings go along from page to page.

Streamlit forgets a widget with the page it stands on, and empties the URL of it. What was
set, and how the URL said it, is noted at the start of every run; the next page sets it
again.
"""

from collections.abc import Collection
from contextlib import suppress

import streamlit as st
from streamlit.errors import StreamlitAPIException

from crysformer.ui.session import state

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
    state.CURVE,
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
    if before not in (None, page):
        _set_again(kept)
    st.session_state[state.KEPT_URL] = {
        name: st.query_params.get_all(name)
        for name in _SETTINGS
        if name in st.query_params
    }


def _set_again(kept: dict[str, object]) -> None:
    """Give the widgets of a new page their values, and the URL what it said of them."""
    said: dict[str, list[str]] = st.session_state[state.KEPT_URL]
    # A link that says how to look is newer than what was looked at before.
    kept = {name: kept[name] for name in kept if name not in st.query_params}
    for name, value in kept.items():
        st.session_state[name] = value
    # By hand, while no widget is bound to the names: a bound widget that gets its value
    # in its first run on a page does not write it (Streamlit 1.67). Refused if a browser
    # still tells of the last page's widgets; then only the URL lacks the settings.
    with suppress(StreamlitAPIException):
        st.query_params.update({name: said[name] for name in kept if name in said})


def settings_of_other_pages() -> dict[str, list[str]]:
    """What the URL says of widgets that this session has not met, by name.

    A link can only bring them along to the page that has them.
    """
    kept = st.session_state[state.KEPT]
    return {
        name: st.query_params.get_all(name)
        for name in _SETTINGS
        if name in st.query_params and name not in kept
    }


def drop_unless(name: str, options: Collection[object]) -> None:
    """Forget a setting that came from another crystal and that this one cannot have.

    Args:
        name: Key of a widget that is about to be drawn.
        options: What it offers here.
    """
    if name in st.session_state and st.session_state[name] not in options:
        del st.session_state[name]

"""View settings go along from page to page, and stay in the URL meanwhile.

What Streamlit 1.67 does itself: a widget bound to the URL keeps its value while another
page is shown, and writes it into the URL again when it returns. What it does not do: on a
change of page it takes the settings of the page that is left out of the URL, and the
browser's history gets an entry of that page without them. On the way back the URL decides
alone, so that they would be lost; and after a reload the session knows no setting but
those of the URL, which the menu's links would drop. So the URL keeps all of them on every
page, whatever their names, and the session the values of those it has met: a page that is
left at once may end before Streamlit keeps them.
"""

from collections.abc import Collection
from contextlib import suppress

import streamlit as st
from streamlit.errors import StreamlitAPIException

from crysformer.ui.session import state
from crysformer.ui.session.url import written_by_hand


def carry_settings(page: str) -> None:
    """Note what the URL says of settings; on another page than before, say it again.

    Args:
        page: Name of the page that is drawn.
    """
    before = st.session_state.get(state.PAGE)
    st.session_state[state.PAGE] = page
    said: dict[str, list[str]] = st.session_state.get(state.KEPT_URL, {})
    kept: dict[str, object] = st.session_state.setdefault(state.KEPT, {})
    names = said.keys() | _settings().keys()
    kept |= {name: st.session_state[name] for name in names if name in st.session_state}
    if before not in (None, page):
        lost = {name: said[name] for name in said if name not in st.query_params}
        # Streamlit forgets the value, too, of a widget whose page is left at once.
        for name in lost.keys() & kept.keys():
            st.session_state[name] = kept[name]
        # Before any widget of the page is bound to these names. Refused if a browser
        # still tells of the last page's widgets; then only the URL lacks the settings.
        with suppress(StreamlitAPIException):
            st.query_params.update(lost)
    st.session_state[state.KEPT_URL] = _settings()


def settings_of_other_pages() -> dict[str, list[str]]:
    """What the URL says of widgets that this session has not met, by name.

    A link can only bring them along to the page that has them.
    """
    found = _settings()
    return {name: found[name] for name in found if name not in st.session_state}


def _settings() -> dict[str, list[str]]:
    """All of the URL but what pages write there by hand."""
    return {
        name: st.query_params.get_all(name)
        for name in st.query_params
        if not written_by_hand(name)
    }


def drop_unless(name: str, options: Collection[object]) -> None:
    """Forget a setting that came from another crystal and that this one cannot have.

    Args:
        name: Key of a widget that is about to be drawn.
        options: What it offers here.
    """
    if name in st.session_state and st.session_state[name] not in options:
        del st.session_state[name]

"""The first picture comes before the model: the server waits until it is drawn.

Importing torch keeps one thread busy for seconds, in which the server hardly answers: a
browser that still needs the viewer's script would wait for a model it does not need. So
the first visitor's view reports once that it has drawn, and only then is torch imported.
"""

import threading
import time

import streamlit as st

from crysformer.ui.session import state

# Set once the model is loaded: from then on nothing is waited for.
predictor_ready = threading.Event()

# A browser that draws nothing (hidden, blocked, broken) delays the numbers by no more.
PATIENCE_S = 4.0
_PAUSE_S = 0.02


def is_awaited() -> bool:
    """Whether a view has to report its first picture."""
    return not predictor_ready.is_set()


def note(drawn: bool) -> None:
    """Remember whether this session's view has drawn."""
    st.session_state[state.DRAWN] = drawn


def wait() -> None:
    """Pause until this session's view has drawn, if it has one and no model is loaded.

    The report starts the page anew, so a wait that ends well ends in that second run.
    """
    if predictor_ready.is_set() or not st.context.headers:  # A test has no browser.
        return
    end = time.monotonic() + PATIENCE_S
    # Looking into the session state is what lets Streamlit start the page anew.
    while not st.session_state.get(state.DRAWN, True) and time.monotonic() < end:
        time.sleep(_PAUSE_S)

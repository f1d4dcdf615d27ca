"""Where uploads lie: in the session, and beside it for the time that a tab reloads.

A reload is a new session to Streamlit. So the server keeps the uploads of a session under
a long random word that only the tab knows (its ``sessionStorage``, which no link, other
tab or other site sees), and gives them to the session that brings it. They lie in memory
alone, and go some time after their session has ended, or with the server.
"""

import secrets
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

import streamlit as st

from crysformer.ui.session import state
from crysformer.ui.session.given import Upload

MAX_UPLOADS = 50
MAX_UPLOAD_BYTES = 50_000_000
"""Of one session, counted as files; its oldest go."""

GRACE_S = 1800.0
"""How long uploads outlive their session: a reload, or a laptop that slept."""
MAX_LEFT_BYTES = 200_000_000
"""Of all sessions that have ended; those that ended first go."""

_WORD_BYTES = 32


@dataclass
class _Kept:
    uploads: Mapping[str, Upload]
    left: float | None = None


@dataclass
class Shelf:
    """Uploads of all sessions, by secret word; sessions are threads, so it locks."""

    _kept: dict[str, _Kept] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def put(self, word: str, uploads: Mapping[str, Upload]) -> None:
        """Keep the uploads of a living session."""
        with self._lock:
            self._kept[word] = _Kept(dict(uploads))
            self._clear()

    def take(self, word: str) -> Mapping[str, Upload] | None:
        """Return what is kept under a word, or None; its session lives again."""
        with self._lock:
            self._clear()
            kept = self._kept.get(word)
            if kept is None:
                return None
            kept.left = None
            return kept.uploads

    def leave(self, word: str) -> None:
        """Note that a session has ended."""
        with self._lock:
            if word in self._kept:
                # The one that left last goes last.
                self._kept[word] = _Kept(self._kept.pop(word).uploads, time.monotonic())
            self._clear()

    def _clear(self) -> None:
        """Forget what was left long ago, and the oldest of what is too much."""
        now = time.monotonic()
        left = {
            word: kept.left for word, kept in self._kept.items() if kept.left is not None
        }
        room = MAX_LEFT_BYTES
        for word in reversed(left):
            room -= size(self._kept[word].uploads)
            if room < 0 or now - left[word] > GRACE_S:
                del self._kept[word]


_SHELF = Shelf()


def size(uploads: Mapping[str, Upload]) -> int:
    """Return the bytes of the files of some uploads."""
    return sum(each.size for each in uploads.values())


def keep(token: str, upload: Upload) -> None:
    """Remember a crystal for this session; when there are too many, the oldest go."""
    uploads: dict[str, Upload] = st.session_state[state.UPLOADS]
    uploads[token] = upload
    while len(uploads) > MAX_UPLOADS or size(uploads) > MAX_UPLOAD_BYTES:
        oldest = next(iter(uploads))
        del uploads[oldest]
        if oldest == state.token():
            state.choose(next(reversed(uploads)))
    if word() is None:
        st.session_state[state.KEPT_UNDER] = secrets.token_urlsafe(_WORD_BYTES)
    _SHELF.put(word(), uploads)


def word() -> str | None:
    """Return the word under which this session's uploads lie, if it has any."""
    return st.session_state.get(state.KEPT_UNDER)


def stay() -> None:
    """Note that the session lives; its end is noticed."""
    if word() is not None:
        _holder(word())


@st.cache_resource(scope="session", show_spinner=False, on_release=_SHELF.leave)
def _holder(word: str) -> str:
    _SHELF.take(word)
    return word


def bring_back(remembered: str) -> None:
    """Take over what a tab had before it was reloaded.

    Args:
        remembered: What the tab says; it may be anything.
    """
    if word() is not None:
        return
    uploads = _SHELF.take(remembered)
    st.session_state[state.LOST] = uploads is None
    st.session_state[state.UPLOADS] = dict(uploads or {})
    # In place of a word that leads nowhere the tab gets a new one.
    new = secrets.token_urlsafe(_WORD_BYTES)
    st.session_state[state.KEPT_UNDER] = new if uploads is None else remembered


def lost() -> str | None:
    """Return a sentence where a tab's uploads are gone, once."""
    if not st.session_state.pop(state.LOST, False):
        return None
    return (
        "The files of this tab are gone: the app was restarted, or the tab was away for "
        f"more than {GRACE_S / 60:.0f} minutes. Upload them again."
    )

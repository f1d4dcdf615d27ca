"""Where uploads lie: in the session, and beside it for the time that a tab reloads.

A reload is a new session to Streamlit. So the server keeps the files of a session under
a long random word that only the tab knows (its ``sessionStorage``, which no link, other
tab or other site sees), and gives them to the session that brings it. They lie in memory
alone, and go some time after their session has ended, or with the server.
"""

import secrets
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

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
    """Files of one session: values of its state, and when it ended."""

    values: Mapping[str, Any]
    size: int
    left: float | None = None


@dataclass
class Shelf:
    """Files of all sessions, by secret word; sessions are threads, so it locks."""

    _kept: dict[str, _Kept] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def put(self, word: str, values: Mapping[str, Any], size: int) -> None:
        """Keep the files of a living session.

        Args:
            word: Its secret.
            values: What to give back, by key of the session.
            size: Bytes of the files.
        """
        with self._lock:
            self._kept[word] = _Kept(values, size)
            self._clear()

    def take(self, word: str) -> Mapping[str, Any] | None:
        """Return what is kept under a word, or None; its session lives again."""
        with self._lock:
            self._clear()
            kept = self._kept.get(word)
            if kept is None:
                return None
            kept.left = None
            return kept.values

    def leave(self, word: str) -> None:
        """Note that a session has ended."""
        with self._lock:
            if word in self._kept:
                # The one that left last goes last.
                kept = self._kept[word] = self._kept.pop(word)
                kept.left = time.monotonic()
            self._clear()

    def _clear(self) -> None:
        """Forget what was left long ago, and the oldest of what is too much."""
        now = time.monotonic()
        left = {
            word: kept.left for word, kept in self._kept.items() if kept.left is not None
        }
        room = MAX_LEFT_BYTES
        for word in reversed(left):
            room -= self._kept[word].size
            if room < 0 or now - left[word] > GRACE_S:
                del self._kept[word]


_KEYS = (state.BATCH, state.BATCH_SIZE)
_SHELF = Shelf()


def keep(token: str, upload: Upload) -> None:
    """Remember a crystal for this session; when there are too many, the oldest go."""
    uploads: dict[str, Upload] = st.session_state[state.UPLOADS]
    uploads[token] = upload
    while len(uploads) > MAX_UPLOADS or _size(uploads) > MAX_UPLOAD_BYTES:
        oldest = next(iter(uploads))
        del uploads[oldest]
        if oldest == state.token():
            state.choose(next(reversed(uploads)))
    _put()


def keep_batch(job: Any, size: int) -> None:
    """Remember a batch for this session; it takes the place of the one before.

    Args:
        job: The batch.
        size: Bytes of its files.
    """
    st.session_state[state.BATCH] = job
    st.session_state[state.BATCH_SIZE] = size
    _put()


def _put() -> None:
    """Keep what the session has now for a reload, too."""
    if word() is None:
        st.session_state[state.KEPT_UNDER] = secrets.token_urlsafe(_WORD_BYTES)
    uploads: dict[str, Upload] = st.session_state.get(state.UPLOADS, {})
    values = {key: st.session_state[key] for key in _KEYS if key in st.session_state}
    size = _size(uploads) + values.get(state.BATCH_SIZE, 0)
    _SHELF.put(word(), values | {state.UPLOADS: dict(uploads)}, size)


def _size(uploads: Mapping[str, Upload]) -> int:
    return sum(each.size for each in uploads.values())


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
        return None
    values = _SHELF.take(remembered)
    st.session_state[state.LOST] = values is None
    if values is None:
        # In place of a word that leads nowhere the tab gets a new one.
        return _put()
    st.session_state[state.KEPT_UNDER] = remembered
    st.session_state.update(values)
    st.session_state[state.UPLOADS] = dict(values[state.UPLOADS])
    return None


def lost() -> str | None:
    """Return a sentence where a tab's uploads are gone, once."""
    if not st.session_state.pop(state.LOST, False):
        return None
    return (
        "The files of this tab are gone: the app was restarted, or the tab was away for "
        f"more than {GRACE_S / 60:.0f} minutes. Upload them again."
    )

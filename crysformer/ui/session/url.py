"""Values that pages write into the URL by hand, and that people write there, too."""

from dataclasses import dataclass

import streamlit as st

_BY_HAND: set[str] = set()


@dataclass(frozen=True)
class UrlValue:
    """A query parameter that the session writes and a link or the way back may change.

    Attributes:
        name: Its name in the URL.
        other: Another name for the same thing; the URL has one of both.
    """

    name: str
    other: str = ""

    def __post_init__(self) -> None:
        _BY_HAND.update(filter(None, (self.name, self.other)))

    @property
    def written(self) -> str | None:
        """What this session wrote last, or took from the URL."""
        return st.session_state.get(self._key)

    def asked(self) -> str | None:
        """Return what the URL asks for, once; None if this session wrote it itself."""
        value = st.query_params.get(self.name)
        if self.other:
            value = value or st.query_params.get(self.other)
        if value is None or value == self.written:
            return None
        self.note(value)
        return value

    def note(self, value: str) -> None:
        """Remember a value as this session's own, not a request."""
        st.session_state[self._key] = value

    def write(self, value: str) -> None:
        """Show a value in the URL; an empty one is left out."""
        self.note(value)
        if not value:
            st.query_params.pop(self.name, None)
        elif st.query_params.get(self.name) != value:
            # Only a change: the browser's way back has every one of them.
            st.query_params[self.name] = value

    @property
    def _key(self) -> str:
        return f"url-{self.name}"


def written_by_hand(name: str) -> bool:
    """Whether a page writes this query parameter itself, not through a widget."""
    return name in _BY_HAND

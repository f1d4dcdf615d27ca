"""Words of others as plain text, and our own errors as sentences."""

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from crysformer.errors import CrysformerError

_MARKS = frozenset("\\`*_{}[]()<>#+-.!|~:$^&")


def plain(text: str) -> str:
    """Escape a string from a file or URL so that Markdown shows it as it is."""
    return "".join(f"\\{mark}" if mark in _MARKS else mark for mark in text)


@contextmanager
def guard() -> Iterator[None]:
    """Show one of our errors as the sentence it is; the rest of the page goes on."""
    try:
        yield
    except CrysformerError as error:
        st.error(plain(str(error)), icon=":material/error:")

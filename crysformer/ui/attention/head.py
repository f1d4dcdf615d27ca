"""Which block and head is shown: chosen by small pictures, kept in the URL.

No widget holds them, so this module keeps session and URL the same.
"""

import streamlit as st

from crysformer.attention.reduce import Module, Over
from crysformer.ui.session import state


def chosen_of(name: str, count: int) -> int | None:
    """Return the block or head that is chosen; the URL names it, counted from one.

    Args:
        name: Query parameter.
        count: How many there are.
    """
    asked = st.query_params.get(name, st.session_state.get(name)) or ""
    number = state.whole_number(asked)
    index = number - 1 if number and number <= count else None
    _write(name, index)
    return index


def choose_head(
    block: int | None, head: int | None, module: Module | None = None
) -> None:
    """Show one block and head, or all where None, and say so in the URL.

    Args:
        block: Index of the block.
        head: Index of the head.
        module: The module to show them of; None leaves it.
    """
    for name, index in ((state.BLOCK, block), (state.HEAD, head)):
        _write(name, index if isinstance(index, int) else None)
    # A roll-out has neither blocks nor heads.
    rolled = st.session_state.get(state.REDUCE) == Over.ROLL_OUT
    if rolled and (block, head) != (None, None):
        st.session_state[state.REDUCE] = Over.MEAN
    if module is not None:
        st.session_state[state.MODULE] = module


def _write(name: str, index: int | None) -> None:
    text = "" if index is None else str(index + 1)
    st.session_state[name] = text
    if not text:
        st.query_params.pop(name, None)
    elif st.query_params.get(name) != text:
        st.query_params[name] = text

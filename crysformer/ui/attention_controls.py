"""Controls of the attention page; all of them live in the URL."""

from dataclasses import dataclass
from typing import Any, Literal

import streamlit as st

from crysformer.attention_scene import MEASURES, MODULES, OVERS, Choice
from crysformer.ui import state

ATOMISTIC, LINE = "Atomistic", "Line"
SHARES = (5, 10, 25, 50, 100)
ALL = "All"
_GRAPH_HELP = (
    "Atomistic: an atom attends to its bonds. Line: a bond attends to the bonds it meets "
    "at its centre; click a bond to choose it."
)
_MODULE_HELP = (
    "Cross: queries the edges. Conditional: queries the neighbours, given the edges "
    "between. Difference: cross minus conditional."
)
_MEASURE_HELP = (
    "Weights of one centre sum to one. Lift is a weight times the number of bonds of its "
    "centre: above 1 is more than an even share."
)
_OVER_HELP = "How blocks and heads are taken together where All is chosen."


@dataclass(frozen=True)
class AttentionSettings:
    """What the attention page shows.

    Attributes:
        graph: Attention of atoms to bonds and neighbours, or between bonds that meet.
        choice: Which number of each bond.
        share: Part of the bonds drawn, strongest first, on (0, 1].
    """

    graph: Literal["Atomistic", "Line"]
    choice: Choice
    share: float


def attention_controls(num_blocks: int, num_heads: int) -> AttentionSettings:
    """Draw the controls and return what they say.

    Args:
        num_blocks: Blocks of the network.
        num_heads: Heads of each attention module.
    """
    with st.container(horizontal=True):
        graph = _one_of("Graph", (ATOMISTIC, LINE), state.GRAPH, _GRAPH_HELP)
        module = _one_of("Module", MODULES, state.MODULE, _MODULE_HELP)
    with st.container(horizontal=True):
        measure = _one_of("Show", MEASURES, state.MEASURE, _MEASURE_HELP)
        over = _one_of("Combine All by", OVERS, state.REDUCE, _OVER_HELP)
    with st.container(horizontal=True):
        block = _numbered("Block", num_blocks, state.BLOCK)
        head = _numbered("Head", num_heads, state.HEAD)
        share = st.select_slider(
            "Strongest bonds, %",
            SHARES,
            value=SHARES[-1],
            key=state.THRESHOLD,
            bind="query-params",
            width=150,
        )
    return AttentionSettings(
        graph,
        Choice(module=module, block=block, head=head, over=over, measure=measure),
        share / 100,
    )


def _one_of(label: str, options: tuple[str, ...], key: str, help_text: str) -> Any:
    chosen = st.segmented_control(
        label,
        options,
        default=options[0],
        key=key,
        required=True,
        bind="query-params",
        help=help_text,
    )
    return chosen or options[0]


def _numbered(label: str, count: int, key: str) -> int | None:
    """Choose one of several by number, or all; returns an index from zero, or None."""
    options = [ALL, *(str(number) for number in range(1, count + 1))]
    chosen = st.selectbox(label, options, key=key, bind="query-params", width=90)
    return None if chosen in (ALL, None) else int(chosen) - 1

"""Values in a link that no control of the app can take: said, not dropped."""

import streamlit as st

from crysformer.attention.reduce import Measure, Over
from crysformer.attention.sites import Atoms
from crysformer.picture.bonds import BondLayer
from crysformer.picture.copies import Beyond
from crysformer.picture.palette import Scheme
from crysformer.picture.scene import Style
from crysformer.structure.cells import CellChoice
from crysformer.ui.session import state

_MOST = 40

_WORDS: dict[str, tuple[str, ...]] = {
    state.LAYER: tuple(BondLayer),
    state.CELL: tuple(CellChoice),
    state.STYLE: tuple(Style),
    state.COLOURS: tuple(Scheme),
    state.BEYOND: tuple(Beyond),
    state.MODULE: ("Cross", "Conditional", "Difference", "Side by side"),
    state.GRAPH: ("Atomistic", "Line"),
    state.REDUCE: tuple(Over),
    state.MEASURE: tuple(Measure),
    state.ATOMS: tuple(Atoms),
}
"""What stands in a link for each choice among words, as its control offers it."""

_NUMBERS: dict[str, tuple[float, float]] = {
    **dict.fromkeys(state.REPEAT, (1, 4)),
    state.BLOCK: (1, 99),
    state.HEAD: (1, 99),
    state.STEP: (1, 9),
    state.THICKNESS: (0.5, 3.0),
    state.AT_LEAST: (0.0, float("inf")),
}


def wrong_values() -> list[str]:
    """Return a sentence for each value of the link that cannot be taken, once."""
    known: set[str] = st.session_state.setdefault(state.LINK_SEEN, set())
    sentences = []
    for name, value in st.query_params.items():
        if name in known:
            continue
        known.add(name)
        if name in _WORDS and value not in _WORDS[name]:
            sentences.append(_sentence(name, value, f"one of {', '.join(_WORDS[name])}"))
        elif name in _NUMBERS and not _is_within(value, _NUMBERS[name]):
            low, high = _NUMBERS[name]
            sentences.append(_sentence(name, value, f"a number from {low:g} to {high:g}"))
    return sentences


def _sentence(name: str, value: str, wanted: str) -> str:
    return (
        f"The link asks for {name} = “{value[:_MOST]}”, which is not {wanted}; the usual "
        "setting is used."
    )


def _is_within(value: str, ends: tuple[float, float]) -> bool:
    try:
        return ends[0] <= float(value) <= ends[1]
    except ValueError:
        return False

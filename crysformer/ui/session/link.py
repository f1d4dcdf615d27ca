"""Values in a link that no control can take: said, and gone before one is drawn.

Streamlit checks what a widget is bound to, but not against everything: ``?na=1e999`` ends
in its red box.
"""

import math
from typing import NamedTuple

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from crysformer.attention.reduce import Measure, Over
from crysformer.attention.sites import Atoms
from crysformer.description.diffraction import RADIATIONS
from crysformer.picture.bonds import BondLayer
from crysformer.picture.copies import Beyond
from crysformer.picture.palette import Scheme
from crysformer.picture.scene import Style
from crysformer.structure.cells import CellChoice
from crysformer.structure.strain import LARGEST, StrainMode
from crysformer.ui.session import state

_MOST = 40
_LONGEST = 200

_SWITCHES = (
    state.BOUNDARY,
    state.COMPLETE,
    state.ONE_SCALE,
    state.ALL_BONDS,
    state.PROJECTOR,
    state.DESCENDING,
)

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
    state.STRAIN_MODE: tuple(StrainMode),
    state.RADIATION: tuple(RADIATIONS),
    **dict.fromkeys(_SWITCHES, ("true", "false")),
}
"""What stands in a link for each choice among words, as its control offers it."""


class _Ends(NamedTuple):
    """Smallest and largest number, and whether it is a whole one."""

    low: float
    high: float
    whole: bool = False

    def __str__(self) -> str:
        kind = "whole number" if self.whole else "number"
        if math.isinf(self.high):
            return f"a {kind} from {self.low:g} on"
        return f"a {kind} from {self.low:g} to {self.high:g}"

    def has(self, text: str) -> bool:
        """Whether a text is such a number."""
        try:
            value = float(text)
        except ValueError:
            return False
        fits = math.isfinite(value) and self.low <= value <= self.high
        return fits and (value.is_integer() or not self.whole)


_NUMBERS: dict[str, _Ends] = {
    **dict.fromkeys(state.REPEAT, _Ends(1, 4, whole=True)),
    state.BLOCK: _Ends(1, 99, whole=True),
    state.HEAD: _Ends(1, 99, whole=True),
    state.STEP: _Ends(1, 9, whole=True),
    state.BOND: _Ends(0, 999_999_999, whole=True),
    state.PER_ATOM: _Ends(0, 999_999_999, whole=True),
    state.THRESHOLD: _Ends(1, 100, whole=True),
    state.THICKNESS: _Ends(0.5, 3.0),
    state.AT_LEAST: _Ends(0.0, math.inf),
    state.STRAIN: _Ends(-LARGEST, LARGEST),
}


def clean_link() -> list[str]:
    """Take every value out of the URL that no control can have, before one sees it.

    Returns:
        A sentence for each that was not spoken of before.
    """
    known: set[str] = st.session_state.setdefault(state.LINK_SEEN, set())
    sentences = []
    for name in list(st.query_params):
        wrong = [text for text in st.query_params.get_all(name) if fault(name, text)]
        if not wrong:
            continue
        _remove(name)
        if name not in known:
            known.add(name)
            sentences.append(
                f"The link asks for {_shown(name)} = “{_shown(wrong[0])}”, which is not "
                f"{fault(name, wrong[0])}; the usual setting is used."
            )
    return sentences


def fault(name: str, text: str) -> str:
    """Return what a value of the URL should be but is not; empty if it may be."""
    if name in _WORDS:
        words = _WORDS[name]
        given = text.lower() if name in _SWITCHES else text
        return "" if given in words else f"one of {', '.join(words)}"
    if name in _NUMBERS:
        return "" if _NUMBERS[name].has(text) else str(_NUMBERS[name])
    # Others depend on crystal or model, whose controls know what they offer.
    if text.isprintable() and len(text) <= _LONGEST:
        return ""
    return f"a text of at most {_LONGEST} printable characters"


def _shown(text: str) -> str:
    return "".join(mark if mark.isprintable() else "�" for mark in text[:_MOST])


def _remove(name: str) -> None:
    """Take a value out of the URL and out of what widgets are about to be given.

    ``del st.query_params[name]`` does the first only, and refuses where a widget of the
    last run is bound to the name: on the browser's way back to a bad link.
    """
    context = get_script_run_ctx()
    if context is None:
        return
    with context.session_state.query_params() as query:
        query.remove_param(name)
        query.set_initial_query_params_from_current()

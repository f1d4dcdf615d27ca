"""The strip of small pictures, one for each block and head: a click chooses one."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import streamlit as st

from crysformer.attention.bond_picture import Drawing
from crysformer.attention.head_pictures import head_pictures, pair_head_pictures
from crysformer.attention.reduce import Choice, Over
from crysformer.picture.palette import Scheme
from crysformer.ui.attention.controls import AttentionSettings, Graph
from crysformer.ui.attention.head import choose_head
from crysformer.ui.session import answers

if TYPE_CHECKING:
    from crysformer.attention.weights import BondAttention

_HERE, _KEY = Path(__file__).parent, "head_strip"
_component = st.components.v2.component(
    "crysformer_head_strip",
    html='<div class="strip" role="group" aria-label="Blocks and heads"></div>',
    css=(_HERE / "strip.css").read_text(encoding="utf-8"),
    js=(_HERE / "strip.js").read_text(encoding="utf-8"),
)


def head_strip(
    attention: "BondAttention",
    settings: AttentionSettings,
    drawing: Drawing,
    scheme: Scheme,
    bond: int | None,
) -> None:
    """Draw the small pictures; a click on one shows it, a click on it again shows all.

    Args:
        attention: All weights on its bonds.
        settings: What was chosen.
        drawing: Which bonds are drawn.
        scheme: Element colours.
        bond: The bond that attends, on the line graph.
    """
    crystal, line = answers.chosen(), settings.graph == Graph.LINE
    modules = [
        {
            "name": str(choice.module),
            "pictures": _pictures(
                crystal,
                replace(choice, block=None, head=None),
                drawing,
                scheme,
                (bond or 0) if line else None,
                attention,
            ),
        }
        for choice in settings.choices
    ]
    choice = settings.choice
    rolled = choice.over == Over.ROLL_OUT
    _component(
        key=_KEY,
        height="content",
        # In a list: Streamlit looks for tables in a dict and imports pandas to know one.
        data=[
            {
                "modules": modules,
                "chosen": {
                    "modules": [each["name"] for each in modules],
                    "block": None if rolled else choice.block,
                    "head": None if rolled else choice.head,
                },
            }
        ],
        on_chosen_change=_take,
    )


@st.cache_resource(max_entries=100, show_spinner=False)
def _pictures(
    crystal: answers.Chosen,
    choice: Choice,
    drawing: Drawing,
    scheme: Scheme,
    bond: int | None,
    _attention: "BondAttention",
) -> dict[str, Any]:
    """The pictures of one module; of the pairs of a bond if there is one."""
    if bond is None:
        return head_pictures(_attention, choice, drawing, scheme)
    pairs = answers.seen(crystal).pair_attention
    return pair_head_pictures(pairs, choice, bond, drawing, scheme)


def _take() -> None:
    sent: Any = st.session_state[_KEY].chosen
    if isinstance(sent, dict):
        choose_head(sent.get("block"), sent.get("head"))

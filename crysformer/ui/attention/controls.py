"""Controls of the attention page; all of them live in the URL."""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

import streamlit as st

from crysformer import faithfulness, figures
from crysformer.attention.bond_picture import Drawing
from crysformer.attention.filter import Filter
from crysformer.attention.reduce import Choice, Measure, Module, Over
from crysformer.attention.sites import Atoms
from crysformer.ui.attention.head import chosen_of
from crysformer.ui.session import answers, state
from crysformer.ui.session.carry import drop_unless


class Graph(StrEnum):
    """Whose attention is shown: that of atoms, or that of bonds."""

    ATOMISTIC = "Atomistic"
    LINE = "Line"


SIDE_BY_SIDE = "Side by side"
"""What the choice of the module offers besides."""
SHARES = (5, 10, 25, 50, 100)
FIRST_SHARE = 25
"""All bonds of a crystal at once hide each other, so the first picture has fewer."""
MAX_THICKNESS = 3.0
_GRAPH_HELP = (
    "Atomistic: an atom attends to its bonds. Line: a bond attends to the bonds it meets "
    "at its centre; click a bond to choose it."
)
_MODULE_HELP = (
    "Cross: queries the edges. Conditional: queries the neighbours, given the edges "
    "between. Difference: cross minus conditional."
)
_MEASURE_HELP = (
    "Weights of one centre sum to one. Lift is the weight times the number of bonds of "
    "its centre: above 1 means more than an even share."
)
_OVER_HELP = (
    "How blocks and heads are combined where none is chosen. Roll-out multiplies the "
    "attention of all blocks, averaged over heads and mixed half and half with the "
    "residual (Abnar and Zuidema, 2020): how much of an atom's final features is traced "
    "to that neighbour, relative to all its neighbours."
)
_ATOMS_HELP = (
    "Effective neighbours: the number of equally weighted bonds that has the same "
    "entropy. Contribution: the prediction minus the prediction with atoms of this kind "
    "left out of the final mean (one kind at a time; their messages to other atoms "
    "stay)."
)


@dataclass(frozen=True)
class AttentionSettings:
    """What the attention page shows.

    Attributes:
        graph: Attention of atoms to bonds and neighbours, or between bonds that meet.
        choice: Which number of each bond.
        side_by_side: Whether conditional attention stands beside the cross-attention.
        atoms: What the colours of atoms mean.
    """

    graph: Graph
    choice: Choice
    side_by_side: bool
    atoms: Atoms

    @property
    def choices(self) -> tuple[Choice, ...]:
        """One choice for each picture."""
        if self.side_by_side:
            return self.choice, replace(self.choice, module=Module.CONDITIONAL)
        return (self.choice,)


def attention_controls(
    num_blocks: int, num_heads: int, num_bonds: int
) -> tuple[AttentionSettings, Drawing]:
    """Draw the controls in one row and return what they say.

    Args:
        num_blocks: Blocks of the network.
        num_heads: Heads of each attention module.
        num_bonds: Largest number of bonds of one atom.
    """
    graph = _one_of("Graph", tuple(Graph), state.GRAPH, _GRAPH_HELP)
    line = graph == Graph.LINE
    options = tuple(Module) if line else (*Module, SIDE_BY_SIDE)
    module = _one_of("Module", options, state.MODULE, _MODULE_HELP)
    measure = _one_of("Show", tuple(Measure), state.MEASURE, _MEASURE_HELP)
    with st.popover("Drawing", icon=":material/palette:", width="content"):
        overs = (Over.MEAN, Over.MAXIMUM) if line else tuple(Over)
        over = _one_of("Combine blocks and heads by", overs, state.REDUCE, _OVER_HELP)
        drawing = _drawing(num_bonds)
        atoms = _colour_of_atoms()
    side = module == SIDE_BY_SIDE
    choice = Choice(
        Module.CROSS if side else module,
        chosen_of(state.BLOCK, num_blocks),
        chosen_of(state.HEAD, num_heads),
        over,
        measure,
    )
    return AttentionSettings(graph, choice, side, atoms), drawing


def _colour_of_atoms() -> Atoms:
    atoms = st.selectbox(
        "Colour of atoms",
        list(Atoms),
        key=state.ATOMS,
        bind="query-params",
        help=_ATOMS_HELP,
    )
    atoms = atoms or Atoms.ELEMENTS
    if atoms == Atoms.CONTRIBUTION:
        contribution_property()
    return atoms


def contribution_property() -> None:
    """Let the property be chosen to which atoms show what they add."""
    columns = faithfulness.tables.output_columns(answers.predictor().checkpoint.scalings)
    names = figures.crystals.titles(columns)
    st.selectbox(
        "Contribution to",
        list(columns),
        format_func=names.__getitem__,
        key=state.CONTRIBUTION,
        bind="query-params",
    )


def _drawing(num_bonds: int) -> Drawing:
    """Draw the controls of which bonds are drawn, and how."""
    share = st.select_slider(
        "Strongest bonds, %",
        SHARES,
        value=FIRST_SHARE,
        key=state.THRESHOLD,
        bind="query-params",
    )
    drop_unless(state.PER_ATOM, range(num_bonds + 1))
    left, right = st.columns(2)
    per_atom = left.number_input(
        "Strongest of each atom",
        0,
        num_bonds,
        0,
        key=state.PER_ATOM,
        bind="query-params",
        help="0 draws all. Equal bonds stay together.",
    )
    at_least = right.number_input(
        "Smallest value drawn",
        0.0,
        key=state.AT_LEAST,
        bind="query-params",
        step=0.1,
        help="In the units shown, lift or weight. 0 draws all.",
    )
    thickness = st.slider(
        "Thickness of bonds",
        0.5,
        MAX_THICKNESS,
        1.0,
        0.25,
        key=state.THICKNESS,
        bind="query-params",
    )
    one_scale = st.toggle(
        "Same colour scale in all blocks and heads",
        key=state.ONE_SCALE,
        bind="query-params",
        help="Otherwise the scale is fitted to what is shown. The small pictures always "
        "have one scale.",
    )
    return Drawing(
        Filter(
            share=(share or FIRST_SHARE) / 100,
            per_atom=min(int(per_atom), num_bonds) or None,
            at_least=max(float(at_least), 0.0) or None,
        ),
        min(max(float(thickness), 0.5), MAX_THICKNESS),
        bool(one_scale),
        dark=st.context.theme.type == "dark",
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

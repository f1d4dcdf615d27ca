"""What stands beside the attention picture: table, blocks and heads, lengths, atoms.

Only the open tab is computed, so that a slider stays fast.
"""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from crysformer import figures
from crysformer.attention.bond_picture import Picture
from crysformer.attention.reduce import Choice, Module, Over, weights_of
from crysformer.attention.rollout import module_steps, roll_out
from crysformer.attention.sites import Atoms, site_numbers, site_table
from crysformer.ui.attention import cached
from crysformer.ui.attention.bond_table import linked_bond_table
from crysformer.ui.attention.controls import AttentionSettings
from crysformer.ui.attention.plots import head_maps, length_plots
from crysformer.ui.session import state
from crysformer.ui.session.numbers import signed

if TYPE_CHECKING:
    from crysformer.attention.weights import BondAttention

TABS = ("Bonds", "Blocks and heads", "Bond lengths", "Atoms")


def attention_tabs(
    attention: "BondAttention",
    shown: list[Picture],
    settings: AttentionSettings,
    bond: int | None,
    site: int | None,
) -> None:
    """Draw the tabs; clicks in them select in the picture, and the other way round.

    Args:
        attention: All weights on its bonds.
        shown: What the picture shows, one entry for each module side by side.
        settings: What was chosen.
        bond: Id of the selected bond.
        site: Index of the selected atom.
    """
    tabs = st.tabs(TABS, key=state.ATTENTION_TAB, on_change="rerun", bind="query-params")
    contents: tuple[Callable[[], None], ...] = (
        lambda: linked_bond_table(shown, settings, bond, site),
        lambda: head_maps(attention, settings, bond),
        lambda: length_plots(attention, settings, bond),
        lambda: _atoms(attention, settings),
    )
    for tab, content in zip(tabs, contents, strict=True):
        if tab.open:
            with tab:
                content()


def _atoms(attention: "BondAttention", settings: AttentionSettings) -> None:
    choice = settings.choice
    numbers = site_numbers(attention, choice)
    if choice.over == Over.ROLL_OUT and choice.module != Module.DIFFERENCE:
        numbers |= _traced(attention, choice)
    of = str(Atoms.CONTRIBUTION)
    if settings.atoms == Atoms.CONTRIBUTION:
        key = st.session_state[state.CONTRIBUTION]
        of = f"{Atoms.CONTRIBUTION} to {figures.crystals.titles([key])[key]}"
        numbers[Atoms.CONTRIBUTION] = cached.contributions(key)
    number = st.column_config.NumberColumn
    table = site_table(attention, numbers)
    if Atoms.CONTRIBUTION in table:
        table = table.style.format(
            partial(signed, digits=4), subset=[str(Atoms.CONTRIBUTION)]
        )
    st.dataframe(
        table,
        hide_index=True,
        height=330,
        placeholder="–",
        column_config={
            str(Atoms.ENTROPY): number("Entropy (nats)", format="%.3f"),
            str(Atoms.EFFECTIVE_NEIGHBOURS): number(format="%.2f"),
            "Itself": number(format="%.3f", help="Share traced to the atom itself"),
            "Farther": number(format="%.3f", help="Share traced beyond its neighbours"),
            str(Atoms.CONTRIBUTION): number(of),
        },
        alt="Entropy and effective neighbours of each atom",
    )
    st.caption(
        "For the weights shown. Effective neighbours = exp(entropy): the number of "
        "equally weighted bonds with that entropy. “Colour of atoms” shows both in the "
        "picture."
    )


def _traced(attention: "BondAttention", choice: Choice) -> dict[str, NDArray[np.float64]]:
    """Where the roll-out leads that the bonds do not show."""
    found = roll_out(attention.bonds, module_steps(weights_of(attention, choice.module)))
    return {"Itself": found.own, "Farther": found.farther}

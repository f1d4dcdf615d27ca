"""The attention picture: one crystal, or both modules side by side in one canvas."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from crysformer import figures
from crysformer.attention.bond_picture import Drawing, Picture, bond_picture, shared_scale
from crysformer.attention.pair_picture import pair_picture
from crysformer.attention.reduce import Choice, Module
from crysformer.attention.sites import Atoms, paint_sites, site_numbers
from crysformer.picture.options import ViewOptions
from crysformer.picture.scene import Scene, SiteColours, build_scene
from crysformer.ui.attention import cached
from crysformer.ui.attention.controls import AttentionSettings, Graph
from crysformer.ui.session import answers, state

if TYPE_CHECKING:
    from crysformer.attention.weights import BondAttention

_UNITS = {Atoms.ENTROPY: " (nats)", Atoms.EFFECTIVE_NEIGHBOURS: ""}


def attention_views(
    attention: "BondAttention",
    settings: AttentionSettings,
    drawing: Drawing,
    options: ViewOptions,
    bond: int | None,
    site: int | None,
    lit: Sequence[int] = (),
) -> tuple[list[Picture], list[Scene]]:
    """Make one picture, or one for each module side by side, laid out for drawing.

    Args:
        attention: All weights on its bonds.
        settings: What to show.
        drawing: How to draw it.
        options: How the crystal is drawn.
        bond: The bond that attends, on the line graph.
        site: The atom whose bonds alone are shown, or None.
        lit: Bonds that are drawn however weak they are: those that are chosen.
    """
    painted = settings.atoms == Atoms.CONTRIBUTION
    return _views(
        answers.chosen(),
        settings,
        drawing,
        options,
        bond,
        site,
        tuple(lit),
        st.session_state[state.CONTRIBUTION] if painted else "",
        attention,
    )


# Most clicks change what stands beside the picture and not the picture.
@st.cache_resource(max_entries=60, show_spinner=False)
def _views(
    crystal: answers.Chosen,
    settings: AttentionSettings,
    drawing: Drawing,
    options: ViewOptions,
    bond: int | None,
    site: int | None,
    lit: tuple[int, ...],
    contribution: str,
    _attention: "BondAttention",
) -> tuple[list[Picture], list[Scene]]:
    if settings.graph == Graph.LINE:
        pairs = answers.seen(crystal).pair_attention
        shown = [pair_picture(pairs, settings.choice, bond or 0, drawing)]
    else:
        scale = shared_scale(_attention, settings.choices, drawing)
        shown = [
            bond_picture(_attention, choice, drawing, site=site, scale=scale, also=lit)
            for choice in settings.choices
        ]
    scenes = [
        build_scene(
            _attention.graph.structure,
            picture.bonds,
            **picture.scene_arguments(),
            **options.scene_arguments(),
            painted=_painted(
                _attention, settings.atoms, choice, contribution, dark=drawing.dark
            ),
        )
        for picture, choice in zip(shown, settings.choices, strict=True)
    ]
    return shown, scenes


def _painted(
    attention: "BondAttention",
    atoms: Atoms,
    choice: Choice,
    contribution: str,
    *,
    dark: bool,
) -> SiteColours | None:
    if atoms == Atoms.CONTRIBUTION:
        values = cached.contributions(contribution)
        if np.isnan(values).all():
            st.caption(
                "All atoms of this crystal are of one kind, and leaving them out leaves "
                "nothing: contributions are not defined here."
            )
        title = figures.crystals.titles([contribution])[contribution]
        return paint_sites(values, f"Contribution: {title}", signed=True, dark=dark)
    if atoms == Atoms.ELEMENTS:
        return None
    numbers = site_numbers(attention, choice)[atoms]
    signed = choice.module == Module.DIFFERENCE
    return paint_sites(numbers, atoms + _UNITS[atoms], signed=signed, dark=dark)

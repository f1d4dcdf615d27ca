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


def attention_pictures(
    attention: "BondAttention",
    settings: AttentionSettings,
    drawing: Drawing,
    bond: int | None,
    site: int | None,
    lit: Sequence[int] = (),
) -> list[Picture]:
    """Make one picture, or one for each module side by side.

    Args:
        attention: All weights on its bonds.
        settings: What to show.
        drawing: How to draw it.
        bond: The bond that attends, on the line graph.
        site: The atom whose bonds alone are shown, or None.
        lit: Bonds that are drawn however weak they are: those that are chosen.
    """
    if settings.graph == Graph.LINE:
        return [
            pair_picture(answers.pair_attention(), settings.choice, bond or 0, drawing)
        ]
    scale = shared_scale(attention, settings.choices, drawing)
    return [
        bond_picture(attention, choice, drawing, site=site, scale=scale, also=lit)
        for choice in settings.choices
    ]


def attention_scenes(
    attention: "BondAttention",
    shown: Sequence[Picture],
    settings: AttentionSettings,
    options: ViewOptions,
) -> list[Scene]:
    """Lay the pictures out for drawing, atoms coloured as chosen."""
    return [
        build_scene(
            attention.graph.structure,
            picture.bonds,
            **picture.scene_arguments(),
            **options.scene_arguments(),
            painted=_painted(attention, settings, choice),
        )
        for picture, choice in zip(shown, settings.choices, strict=True)
    ]


def _painted(
    attention: "BondAttention", settings: AttentionSettings, choice: Choice
) -> SiteColours | None:
    dark = st.context.theme.type == "dark"
    if settings.atoms == Atoms.CONTRIBUTION:
        key = st.session_state[state.CONTRIBUTION]
        values = cached.contributions(key)
        if np.isnan(values).all():
            st.caption(
                "All atoms of this crystal are of one kind, and leaving them out leaves "
                "nothing: contributions are not defined here."
            )
        return paint_sites(
            values,
            f"Contribution: {figures.crystals.titles([key])[key]}",
            signed=True,
            dark=dark,
        )
    if settings.atoms == Atoms.ELEMENTS:
        return None
    numbers = site_numbers(attention, choice)[settings.atoms]
    title = settings.atoms + _UNITS[settings.atoms]
    signed = choice.module == Module.DIFFERENCE
    return paint_sites(numbers, title, signed=signed, dark=dark)

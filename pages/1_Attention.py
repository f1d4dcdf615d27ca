"""Attention: what each module looked at, drawn on the bonds themselves."""

import streamlit as st

from crysformer.ui.attention import layout
from crysformer.ui.attention.banner import verdict_banner
from crysformer.ui.attention.card import bond_card
from crysformer.ui.attention.controls import Graph, attention_controls
from crysformer.ui.attention.picture import attention_views
from crysformer.ui.attention.strip import head_strip
from crysformer.ui.attention.tabs import attention_tabs
from crysformer.ui.attention.trial import attention_trial
from crysformer.ui.session import answers, state, waiting
from crysformer.ui.session.text import guard
from crysformer.ui.shell.export_menu import export_menu
from crysformer.ui.shell.frame import frame
from crysformer.ui.shell.picker import pick_crystal
from crysformer.ui.shell.view_menu import view_options
from crysformer.ui.viewer.grid import crystal_grid
from crysformer.ui.viewer.view import ViewerEvent, crystal_view

VIEW, GRID, HEIGHT = "attention_view", "attention_grid", 470
NAMES = ("Cross-attention", "Conditional attention")


def follow(event: ViewerEvent) -> None:
    """Make what was clicked in the picture the selection."""
    if event.kind in ("bond", "atom", "none"):
        state.select(event.bond, event.site)


places = frame("Attention")
row = pick_crystal()
with row:
    options = view_options()
page = layout.attention_layout()
if not answers.predictor_ready.is_set():
    with page.picture, guard():
        crystal_view(answers.chemical_scene(options), key=VIEW, height=HEIGHT)
    with page.numbers, guard(), st.spinner("Loading the model…"):
        answers.predictor()
        st.rerun()
    st.stop()

# Without attention the picture shows the crystal, and the sentence stands beside it.
attention, shown, scenes, lit, site = None, [], [], [], None
with page.controls, guard():
    places.show_model()
    with waiting.announced():
        attention = answers.bond_attention()
    degree = int(attention.bonds.degree.max())
    settings, drawing = attention_controls(*attention.cross.shape[1:], degree)
with page.numbers, guard():
    if attention is not None:
        bond, site = state.selected_bond(len(attention)), state.selected_site()
        lit = state.lit_bonds(len(attention))
        if settings.graph == Graph.LINE and bond is None:
            bond, lit = 0, [0]
        shown, scenes = attention_views(
            attention, settings, drawing, options, bond, site, lit
        )
# The picture before its tables, which take longer: it is what a click was for.
with page.picture, guard():
    scenes = scenes or [answers.chemical_scene(options)]
    title = f"{answers.formula()}-attention"
    chosen = {"bonds": lit, "sites": [] if site is None else [site], "on_event": follow}
    if len(scenes) > 1:
        crystal_grid(scenes, NAMES, key=GRID, height=HEIGHT, title=title, **chosen)
    else:
        crystal_view(scenes[0], key=VIEW, height=HEIGHT, title=title, **chosen)
    with row:
        part = settings.choice.part if attention is not None else ""
        several = list(zip(NAMES, scenes, strict=True)) if len(scenes) > 1 else ()
        export_menu(scenes[0], title, beside=several, caption=part)
if shown:
    with page.numbers, guard():
        bond_card(attention, settings, bond)
        attention_tabs(attention, shown, settings, bond, site)
    with page.strip, guard():
        head_strip(attention, settings, drawing, options.scheme, bond)
    with page.verdict, guard():
        verdict_banner(settings)
    if st.session_state.get(state.TRIAL):
        with guard():
            attention_trial(attention, settings)

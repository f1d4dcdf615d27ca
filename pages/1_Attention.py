"""Attention: what each module looked at, drawn on the bonds themselves."""

import streamlit as st

from crysformer.angle_scene import pair_picture
from crysformer.attention_scene import bond_picture
from crysformer.scene import build_scene
from crysformer.ui import loaders, state
from crysformer.ui.attention_controls import LINE, attention_controls
from crysformer.ui.bond_table import linked_bond_table
from crysformer.ui.export import export_menu
from crysformer.ui.frame import frame, guard
from crysformer.ui.picker import pick_crystal
from crysformer.ui.view_options import view_options
from crysformer.ui.viewer import ViewerEvent, crystal_view

VIEW, HEIGHT = "attention_view", 640


def follow(event: ViewerEvent) -> None:
    """Make what was clicked in the picture the selection."""
    if event.kind in ("bond", "atom", "none"):
        state.select(event.bond, event.site)


places = frame("Attention")
row = pick_crystal()
with row:
    options = view_options()
picture, numbers = st.columns([5, 4], gap="medium")
if not loaders.predictor_ready.is_set():
    with picture, guard():
        crystal_view(loaders.chemical_scene(options), key=VIEW, height=HEIGHT)
    with numbers, guard(), st.spinner("Loading the model…"):
        loaders.predictor()
        st.rerun()
    st.stop()

# Without attention the picture shows the crystal, and the sentence stands beside it.
shown, bond, site = None, None, None
with numbers, guard():
    places.show_model()
    structure, attention = loaders.structure(), loaders.bond_attention()
    settings = attention_controls(*attention.cross.shape[1:])
    bond, site = state.selected_bond(len(attention)), state.selected_site()
    common = {"share": settings.share, "dark": st.context.theme.type == "dark"}
    if settings.graph == LINE:
        bond = 0 if bond is None else bond
        pairs = loaders.pair_attention()
        shown = pair_picture(structure, attention, pairs, settings.choice, bond, **common)
    else:
        shown = bond_picture(structure, attention, settings.choice, site=site, **common)
    linked_bond_table(shown, settings, bond, site)
with picture, guard():
    if shown is None:
        scene = loaders.chemical_scene(options)
    else:
        scene = build_scene(
            structure,
            shown.bonds,
            **shown.scene_arguments(),
            **options.scene_arguments(),
        )
    title = f"{loaders.formula()}-attention"
    crystal_view(
        scene,
        key=VIEW,
        height=HEIGHT,
        title=title,
        bonds=[] if bond is None else [bond],
        sites=[] if site is None else [site],
        on_event=follow,
    )
    with row:
        export_menu(scene, title)

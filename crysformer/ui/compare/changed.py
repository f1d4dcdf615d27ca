"""The changed crystal itself: drawn, and opened on the first page."""

import streamlit as st
from pymatgen.core import Structure

from crysformer.picture.bonds import chemical_bonds
from crysformer.picture.options import ViewOptions
from crysformer.picture.scene import build_scene
from crysformer.ui.session import shelf, state
from crysformer.ui.session.given import Upload, token_of
from crysformer.ui.viewer.view import crystal_view

OPEN = "changed_open"
_HEIGHT = 420


def changed_crystal(structure: Structure, name: str, options: ViewOptions) -> None:
    """Draw a changed crystal, with a button that opens it in Predict.

    Args:
        structure: The crystal after the change.
        name: What was done, in a few words.
        options: How the page draws crystals.
    """
    st.caption(name)
    scene = build_scene(structure, chemical_bonds(structure), **options.scene_arguments())
    crystal_view(scene, key="changed_view", height=_HEIGHT, title="changed")
    if st.button("Open in Predict", key=OPEN, icon=":material/open_in_new:"):
        content = structure.to(fmt="poscar").encode()
        token = token_of(content, name)
        warning = "This crystal was made on the page Compare and is not relaxed."
        upload = Upload(name, structure, len(content), warnings=(warning,))
        shelf.keep(token, upload)
        state.choose(token)
        # Without a query Streamlit clears the URL, and refuses where a setting is in it.
        st.switch_page("app.py", query_params=state.link_query())

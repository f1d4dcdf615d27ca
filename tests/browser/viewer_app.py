"""A page with nothing but the viewer: rock salt, a button, and what was clicked."""

from dataclasses import replace

import numpy as np
import streamlit as st
from pymatgen.core import Lattice, Structure

from crysformer.picture.bonds import chemical_bonds
from crysformer.picture.palette import Scale
from crysformer.picture.scene import build_scene
from crysformer.ui.session import state
from crysformer.ui.viewer.view import crystal_view

NASTY = "<script>window.hacked = 1</script><img src=x onerror='window.hacked = 1'>"

structure = Structure.from_spacegroup(
    "Fm-3m", Lattice.cubic(5.64), ["Na", "Cl"], [[0, 0, 0], [0.5, 0.5, 0.5]]
)
count = st.session_state.setdefault("count", 0)
if st.button("Run again"):
    st.session_state["count"] += 1
scheme = "VESTA" if st.toggle("VESTA colours") else "Jmol"
bonds = chemical_bonds(structure)
if st.toggle("One way"):
    bonds = replace(bonds, reverse=np.full(len(bonds), -1))
scene = build_scene(
    structure, bonds, scheme=scheme, colour_bar=Scale("lift", 0.25, 4).bar(NASTY)
)
event = crystal_view(scene, key="view", height=480, title=NASTY, bonds=[3])
st.text(f"run {st.session_state['count']}")
st.text(f"event {event}")
st.text(f"drawn {st.session_state[state.DRAWN]}")

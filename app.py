"""Predict: one crystal, all its answers on one screen."""

import streamlit as st

from crysformer.ui import loaders
from crysformer.ui.frame import frame, guard
from crysformer.ui.picker import pick_crystal
from crysformer.ui.tables import fact_table, property_tables
from crysformer.ui.view_options import view_options
from crysformer.ui.viewer import crystal_view

places = frame("Predict")
row = pick_crystal()
with row:
    options = view_options()
with guard():
    facts = loaders.facts()

picture, numbers = st.columns([5, 4], gap="medium")
with picture, guard():
    crystal_view(
        loaders.chemical_scene(options),
        key="crystal_view",
        height=640,
        title=facts.formula,
    )
    st.markdown("##### Symmetry and cell")
    fact_table(facts)
with numbers, guard(), st.spinner("Predicting…"):
    prediction = loaders.prediction()
    places.show_model()
    property_tables(prediction.shown, loaders.predictor().validation_errors)

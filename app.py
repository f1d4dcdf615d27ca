"""Predict: one crystal, all its answers on one screen."""

import streamlit as st

from crysformer.ui import first_picture, loaders
from crysformer.ui.export import export_menu
from crysformer.ui.facts_panel import facts_panel
from crysformer.ui.frame import frame, guard
from crysformer.ui.picker import pick_crystal
from crysformer.ui.tables import novelty_line, property_tables
from crysformer.ui.view_options import view_options
from crysformer.ui.viewer import crystal_view

places = frame("Predict")
st.markdown(
    "Pick or upload a crystal: a neural network predicts its properties, and Attention "
    "shows which bonds it looked at."
)
row = pick_crystal()
with row:
    options = view_options(layers=True)

picture, numbers = st.columns([1, 1], gap="medium")
with picture, guard():
    scene = loaders.chemical_scene(options)
    crystal_view(scene, key="crystal_view", height=640, title=loaders.formula())
    with row:
        export_menu(scene, loaders.formula())


def facts() -> None:
    """Show what is known without a model."""
    with picture, guard():
        facts_panel()


def answers() -> None:
    """Show what the model says."""
    with numbers, guard():
        prediction = loaders.prediction()
        places.show_model()
        novelty_line(prediction.novelty)
        property_tables(
            prediction,
            loaders.predictor().validation_errors,
            loaders.reasons_against(loaders.chosen()),
        )


with numbers, st.spinner("Predicting…"):
    first_picture.wait()
    # The facts need pandas, the answers torch: on a fresh server the quicker comes first.
    ready = loaders.predictor_ready.is_set()
    for show in (answers, facts) if ready else (facts, answers):
        show()

"""Predict: one crystal, all its answers on one screen."""

import streamlit as st

from crysformer.ui import predict, shell
from crysformer.ui.session import answers, first_picture
from crysformer.ui.session.text import guard
from crysformer.ui.shell.export_menu import export_menu
from crysformer.ui.shell.frame import frame
from crysformer.ui.shell.picker import pick_crystal
from crysformer.ui.shell.view_menu import view_options
from crysformer.ui.viewer.view import crystal_view

places = frame("Predict")
st.markdown(
    "Pick or upload a crystal. The model predicts its properties, and the Attention "
    "page shows which bonds it attended to."
)
row = pick_crystal()
with row:
    options = view_options(layers=True)

picture, numbers = st.columns([1, 1], gap="medium")
with picture, guard():
    scene = answers.chemical_scene(options)
    crystal_view(scene, key="crystal_view", height=640, title=answers.formula())
    with row:
        export_menu(scene, answers.formula())


def show_facts() -> None:
    """Show what is known without a model."""
    with picture, guard():
        predict.facts.facts_panel()


def show_answers() -> None:
    """Show what the model says."""
    with numbers, guard():
        prediction = answers.prediction()
        places.show_model()
        shell.tables.novelty_line(prediction.novelty)
        shell.tables.stability_line(prediction.stability)
        shell.tables.reliability_line(prediction.reliability)
        shell.tables.property_tables(
            prediction,
            answers.predictor().validation_errors,
            answers.reasons_against(answers.chosen()),
        )


with numbers, st.spinner("Predicting…"):
    first_picture.wait()
    # The facts need pandas, the answers torch: on a fresh server the quicker comes first.
    ready = answers.predictor_ready.is_set()
    for show in (show_answers, show_facts) if ready else (show_facts, show_answers):
        show()

"""Predict: one crystal, all its answers on one screen."""

import streamlit as st

from crysformer.ui import predict
from crysformer.ui.predict.layout import predict_layout, waiting_cards
from crysformer.ui.session import answers, first_picture, waiting
from crysformer.ui.session.text import guard
from crysformer.ui.shell.export_menu import export_menu
from crysformer.ui.shell.frame import frame
from crysformer.ui.shell.picker import pick_crystal
from crysformer.ui.shell.trust import trust_pill
from crysformer.ui.shell.view_menu import view_options
from crysformer.ui.viewer.view import crystal_view

places = frame("Predict")
row = pick_crystal()
page = predict_layout(row)
with page.cards.container():
    waiting_cards()
with page.toolbar:
    options = view_options(layers=True)
with page.picture, guard():
    scene = answers.chemical_scene(options)
    crystal_view(scene, key="crystal_view", height=560, title=answers.formula())
    with page.toolbar:
        export_menu(scene, answers.formula())


def show_facts() -> None:
    """Show what is known without a model."""
    with page.facts, guard():
        predict.facts.facts_panel()


def show_answers() -> None:
    """Show what the model says."""
    with page.numbers, guard():
        with waiting.announced():
            prediction = answers.prediction()
        places.show_model()
        shown = predict.explained.Explained(
            prediction,
            answers.predictor().validation_errors,
            answers.reasons_against(answers.chosen()),
        )
        with page.cards.container():
            predict.cards.headline_cards(shown, answers.measured())
        with page.trust:
            trust_pill(prediction)
        predict.near_symmetric.near_symmetry_note(prediction)
        predict.downloads.prediction_downloads()
        predict.property_table.property_table(shown)


with page.numbers, st.spinner("Predicting…"):
    first_picture.wait()
    # The facts need pandas, the answers torch: on a fresh server the quicker comes first.
    ready = answers.predictor_ready.is_set()
    for show in (show_answers, show_facts) if ready else (show_facts, show_answers):
        show()
with page.trace, guard():
    predict.trace.frames_trace()

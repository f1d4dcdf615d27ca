"""Compare: two to four crystals side by side, strained, and with another element."""

import streamlit as st

from crysformer.errors import CrysformerError
from crysformer.experiments import comparison
from crysformer.ui import compare
from crysformer.ui.compare.choice import candidates, choose_crystals
from crysformer.ui.compare.sources import notices, sources
from crysformer.ui.session import answers, first_picture
from crysformer.ui.session.text import guard, plain
from crysformer.ui.shell.frame import frame
from crysformer.ui.shell.frame_slider import frame_slider
from crysformer.ui.shell.view_menu import view_options
from crysformer.ui.viewer.grid import crystal_grid

places = frame("Compare", heading=True)
st.markdown("Compare two to four crystals side by side; they turn together.")
tokens, crystals = [], []
row = st.container(horizontal=True, vertical_alignment="bottom")
with row, guard():
    tokens = choose_crystals()
    sources()
    options = view_options(layers=True)
    crystals = candidates(tokens, options.cell)
notices()
for each in tokens:
    frame_slider(each)
places.show_crystals("Crystals", [each.name for each in crystals])
if not crystals:
    st.stop()

with guard():
    crystal_grid(
        [answers.scene_of(each.crystal, options) for each in crystals],
        [f"{each.label} · {each.name}" for each in crystals],
        key="compare_view",
    )
first_picture.wait()  # Tables import pandas, numbers torch.

with guard(), st.spinner("Predicting…"):
    predictions = {}
    for each in crystals:
        try:
            predictions[each.label] = answers.prediction_of(each.crystal)
        except CrysformerError as error:
            st.error(plain(f"{each.label}: {error}"), icon=":material/error:")
    places.show_model()
if predictions:
    st.markdown("##### Predicted properties")
    with guard():
        shown = [each.crystal for each in crystals if each.label in predictions]
        compare.table.comparison_table(
            list(predictions),
            comparison.compare(
                list(predictions.values()),
                answers.predictor().validation_errors,
                [answers.reasons_against(crystal) for crystal in shown],
            ),
            "Predicted properties of the compared crystals",
            [prediction.stability for prediction in predictions.values()],
        )
    st.markdown("##### Strain and substitution")
    compare.response.response_section(
        [each for each in crystals if each.label in predictions], options
    )

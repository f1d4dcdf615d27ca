"""Model: can I believe it?"""

import streamlit as st

from crysformer.ablations import read_ablations
from crysformer.config import WEIGHTS
from crysformer.model_card import read_card, read_curves
from crysformer.ui import model_errors, state
from crysformer.ui.frame import frame, guard
from crysformer.ui.model_card import card_table, error_table, self_test

places = frame("Model")
folder = WEIGHTS / state.model()
st.markdown(
    "Can I believe it? What the model was trained on, and how wrong it is for crystals "
    "it was not trained on."
)
with guard():
    card = read_card(folder)
    st.markdown("##### Model card")
    card_table(card)
    st.markdown("##### Errors of every property")
    error_table(card)
    st.markdown("#### One property in detail")
    key, name = model_errors.choose_property(card)
    rows = model_errors.property_rows(folder, key)
    left, right = st.columns(2, gap="medium")
    with left:
        model_errors.parity(rows, name)
    with right:
        model_errors.learning(read_curves(folder), card, key, name)
    model_errors.size_and_coverage(rows, card, key)
    model_errors.chemistry(rows, name)
    model_errors.novelty(rows, card, name)
    model_errors.parts(read_ablations(folder), key, name)
st.markdown("#### Self-test")
with guard():
    self_test(places)

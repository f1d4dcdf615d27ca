"""Model: can I believe it?"""

import streamlit as st

from crysformer.evaluation.smoothness import read_jumps
from crysformer.model.ablations import read_ablations
from crysformer.model.card import read_card, read_curves
from crysformer.paths import weights_folder
from crysformer.ui.model import errors, judged, smooth
from crysformer.ui.model.card import card_table, error_table, self_test
from crysformer.ui.session import state
from crysformer.ui.session.text import guard
from crysformer.ui.shell.frame import frame

places = frame("Model", heading=True)
folder = weights_folder() / state.model()
st.markdown(
    "Can you trust it? What the model was trained on, and how large its errors are on "
    "crystals that it was not trained on."
)
with guard():
    card = read_card(folder)
    st.markdown("##### Model card")
    card_table(card)
    st.markdown("##### Errors of every property")
    error_table(card)
    table = errors.validation(folder)
    judged.published_table(table)
    judged.leaderboard_table(table)
    judged.stability(state.model(), table)
    st.markdown("#### One property in detail")
    key, name = errors.choose_property(card)
    rows = table[table["property"] == key]
    left, right = st.columns(2, gap="medium")
    with left:
        errors.parity(rows, name)
    with right:
        errors.learning(read_curves(folder), card, key, name)
    errors.size_and_coverage(rows, card, key)
    errors.chemistry(rows, name)
    errors.novelty(rows, card, key, name)
    smooth.jumps(read_jumps(folder), card["validation"]["errors"][key]["mae"], key, name)
    errors.parts(read_ablations(folder), key, name)
st.markdown("#### Self-test")
with guard():
    self_test(places)

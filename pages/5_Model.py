"""Model: can I believe it?"""

import streamlit as st

from crysformer.paths import weights_folder
from crysformer.ui.model import drawn, errors
from crysformer.ui.model.card import self_test
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
    drawn.overview(folder)
    st.markdown("#### One property in detail")
    drawn.one_property(folder, *errors.choose_property(drawn.card_of(folder)))
st.markdown("#### Self-test")
with guard():
    self_test(places)

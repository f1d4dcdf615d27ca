"""One word on how far the crystal is from the training data; it opens the reasons."""

from typing import TYPE_CHECKING

import streamlit as st

from crysformer.ui.session.text import plain

if TYPE_CHECKING:
    from crysformer.predict.prediction import Prediction

# A word for each of the words of ``trust.novelty``, and whether it is a warning.
_PILLS = {
    "a training crystal": ("A training crystal", False),
    "close to a training crystal": ("Close to training", False),
    "like the training data": ("Usual", False),
    "somewhat unlike the training data": ("Somewhat unlike training", True),
    "unlike the training data": ("Unlike training", True),
}
_SEEN = {
    "": "",
    "near": " In a training crystal of this formula, atoms have nearly the same "
    "surroundings.",
    "same": " The model was trained on this crystal, or on one in which every atom "
    "has the same surroundings, so agreement with the computed value is no "
    "test of the model.",
}


def trust_pill(prediction: "Prediction") -> None:
    """Draw the pill; nothing is drawn where the model cannot tell.

    Args:
        prediction: Of the crystal.
    """
    novelty = prediction.novelty
    if novelty is None:
        return
    label, odd = _PILLS[novelty.word]
    icon = ":material/warning:" if odd else ":material/check_circle:"
    with st.popover(label, icon=icon, width="content"):
        more = "".join(f" {plain(reason)}" for reason in novelty.reasons)
        st.markdown(
            f"**{novelty.word.capitalize()}**: {100 - novelty.percentile:.0f} % of the "
            f"validation crystals are more unusual.{more}{_SEEN[novelty.match]}"
        )
        if prediction.reliability is not None:
            st.markdown(prediction.reliability.sentence)

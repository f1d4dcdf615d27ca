"""What a page says while a large crystal goes through the network."""

from contextlib import AbstractContextManager, nullcontext

import streamlit as st

from crysformer.predict.duration import duration
from crysformer.ui.session import answers


def announced() -> AbstractContextManager[None]:
    """While it is open, how long the chosen crystal will take; nothing for small ones."""
    predictor, graph = answers.predictor(), answers.graph()
    seconds = predictor.expected_seconds(graph)
    if seconds is None:
        return nullcontext()
    atoms = len(graph.quotient.atomic_numbers)
    return st.spinner(f"Predicting from {atoms:,} different atoms: {duration(seconds)}…")

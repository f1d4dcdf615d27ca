"""Pages with a small random network and nothing remembered."""

import pytest
import streamlit as st

from crysformer.ui.session import answers
from tests.support.random_model import random_checkpoint


@pytest.fixture
def random_weights(monkeypatch):
    """Put a small network with random weights in the place of the shipped one."""
    checkpoint = random_checkpoint()
    monkeypatch.setattr(
        "crysformer.predict.predictor.load_checkpoint", lambda *_: checkpoint
    )
    return checkpoint


@pytest.fixture(autouse=True)
def fresh_caches():
    """Start without what earlier tests left in the caches."""
    st.cache_data.clear()
    st.cache_resource.clear()
    answers.predictor_ready.clear()

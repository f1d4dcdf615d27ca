"""Pages with a small random network and nothing remembered."""

import pytest
import streamlit as st

from crysformer.predict import remote
from crysformer.ui.session import answers
from tests.support.random_model import save_random


@pytest.fixture(scope="session")
def random_folder(tmp_path_factory):
    """A folder of models whose default one is a small network with random weights."""
    root = tmp_path_factory.mktemp("weights")
    save_random(root)
    return root


@pytest.fixture
def random_weights(random_folder, monkeypatch):
    """Put a small network with random weights in the place of the shipped one."""
    monkeypatch.setenv("CRYSFORMER_WEIGHTS", str(random_folder))


@pytest.fixture(autouse=True)
def fresh_caches():
    """Start without what earlier tests left in the caches."""
    st.cache_data.clear()
    st.cache_resource.clear()
    remote.loaded.cache_clear()
    answers.predictor_ready.clear()

"""One random network for all, and what a crystal without symmetry shows of it."""

import pytest

from tests.support.crystals import random_model, triclinic
from tests.support.faithfulness import CONFIG, studied


@pytest.fixture(scope="package")
def model():
    """A small network with random weights, in double precision."""
    return random_model(CONFIG)


@pytest.fixture(scope="package")
def of_triclinic(model):
    """A study in which every bond is an orbit of its own."""
    return studied(model, triclinic())

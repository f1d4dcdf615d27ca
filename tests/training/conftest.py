"""Eight crystals with invented labels, as files and as data."""

from pathlib import Path

import pytest

from crysformer.data import Dataset
from crysformer.training_data import find_keys, load_split

from .helpers import SMALL, write_split


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return write_split(tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="module")
def data(folder) -> Dataset:
    return load_split([folder], "train", find_keys([folder]), SMALL.neighbour_rule, None)

"""Two crystals as files, and the model the commands use."""

import pytest

from crysformer.library.catalogue import get_crystal
from crysformer.model.config import DEFAULT_MODEL
from crysformer.predict.predictor import Predictor


@pytest.fixture(scope="module")
def predictor():
    return Predictor(DEFAULT_MODEL, "cpu")


@pytest.fixture
def files(tmp_path):
    paths = []
    for name in ("rock-salt-nacl", "diamond-si"):
        path = tmp_path / f"{name}.cif"
        get_crystal(name).structure().to(filename=str(path), fmt="cif")
        paths.append(str(path))
    return paths

"""What every test needs set before torch and spglib are first used."""

import os
import signal
import tempfile
from pathlib import Path

import pytest

# One thread each: the tests are small, and threads that spin slow their neighbours.
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
# Pages compute within this process: their tests replace functions and models of it.
os.environ.setdefault("CRYSFORMER_WORKERS", "0")
# A shell starts what runs in the background deaf to Ctrl-C, and that is inherited.
signal.signal(signal.SIGINT, signal.default_int_handler)
# spglib 2.8 warns at every call unless it is told to raise its errors.
os.environ.setdefault("SPGLIB_OLD_ERROR_HANDLING", "false")
# Graphs of training tests go nowhere near those of the user's own runs.
_GRAPHS = tempfile.TemporaryDirectory(prefix="crysformer-graphs-")
os.environ["CRYSFORMER_CACHE"] = _GRAPHS.name


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long files first, so that no process is left alone with one at the end."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)


def pytest_unconfigure() -> None:
    """Remove the cached graphs."""
    _GRAPHS.cleanup()


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """Eight crystals with invented labels, as the files of a data set."""
    from tests.support.training import write_split

    return write_split(tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="module")
def data(folder):
    """The training half of these crystals."""
    from crysformer.training.datasets import find_keys, load_split
    from tests.support.training import SMALL

    return load_split([folder], "train", find_keys([folder]), SMALL.neighbour_rule, None)


@pytest.fixture
def chain():
    """Attention on a chain of C and N whose numbers are known."""
    from tests.support.attention import chain_attention

    return chain_attention()

"""Screening by several processes: the rows of one, in order, whoever dies."""

import os
import signal
import sys
from itertools import chain, count, islice
from pathlib import Path
from types import ModuleType

import pytest

from crysformer.library.catalogue import load_library
from crysformer.predict.predictor import Predictor
from crysformer.screening import workers
from crysformer.screening.screen import screen
from crysformer.screening.workers import screen_on_cores
from tests.support.processes import descendants
from tests.support.random_model import random_checkpoint

CRYSTALS = [crystal.structure() for crystal in list(load_library().values())[::9]]
FILES = [(f"{n}.cif", each.to(fmt="cif").encode()) for n, each in enumerate(CRYSTALS)]


@pytest.fixture(autouse=True)
def no_page_as_main_module(monkeypatch):
    """A new process imports the main module, which may be a page tested before."""
    monkeypatch.setitem(sys.modules, "__main__", ModuleType("__main__"))


@pytest.fixture(scope="module")
def predictor():
    return Predictor(random_checkpoint(), "cpu")


def on_cores(inputs, predictor, **options):
    """The rows, one by one."""
    return chain.from_iterable(screen_on_cores(inputs, predictor, **options))


def test_few_crystals_start_no_process(predictor, monkeypatch):
    monkeypatch.setattr(workers, "_Crew", None)
    rows = list(on_cores(FILES, predictor, processes=2))
    assert [row.file for row in rows] == [name for name, _ in FILES]


def test_processes_give_the_rows_of_one_in_order_and_read_little_ahead(predictor):
    read = []

    def inputs():
        for number in count():
            read.append(number)
            name, content = FILES[number % len(FILES)]
            yield name, b"dear diary" if number % 50 == 7 else content

    rows = list(islice(on_cores(inputs(), predictor, processes=2, few=2), 100))
    assert len(read) <= 100 + 32 * (3 * 2 + 1)
    alone = list(islice(screen(inputs(), predictor), 100))
    assert [(row.file, row.formula, row.error) for row in rows] == [
        (row.file, row.formula, row.error) for row in alone
    ]
    for row, other in zip(rows, alone, strict=True):
        assert row.values == pytest.approx(other.values, rel=1e-5, abs=1e-5)


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc")
def test_a_process_that_is_killed_loses_no_row(predictor):
    before = descendants()
    rows = on_cores(FILES * 8, predictor, processes=2, few=2)
    found = [next(rows)]
    started = sorted(descendants() - before)
    os.kill(started[-1], signal.SIGKILL)  # the youngest: a worker, not their server
    found += rows
    assert [row.file for row in found] == [name for name, _ in FILES * 8]
    assert not any(row.error for row in found)


class _Deadly:
    """A content that ends the process which unpacks it."""

    def __reduce__(self):
        return os._exit, (1,)


def test_a_crystal_that_ends_its_process_is_one_row(predictor):
    inputs = [*FILES[:5], ("deadly", _Deadly()), *FILES[5:8]]
    rows = list(on_cores(inputs, predictor, processes=2, few=2))
    assert [row.file for row in rows] == [name for name, _ in inputs]
    assert [row.file for row in rows if row.error] == ["deadly"]
    assert rows[5].error == workers.KILLED

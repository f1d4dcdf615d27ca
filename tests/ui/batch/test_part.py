"""Files of a batch in a worker process: the same rows, and no bad one harms another."""

import os
import threading
import time

import pytest

from crysformer import screening
from crysformer.errors import StructureError
from crysformer.paths import weights_folder
from crysformer.predict import remote
from crysformer.predict.predictor import Predictor
from crysformer.ui.batch import part
from crysformer.ui.batch.job import BatchJob
from crysformer.ui.batch.part import TOGETHER
from crysformer.workers.pool import Pool
from tests.support.batch import BROKEN, FILES

pytestmark = pytest.mark.usefixtures("random_weights")
DEADLY, LONG = ("deadly.cif", b"deadly"), ("long.cif", b"long")


@pytest.fixture
def predictor():
    return Predictor(device="cpu")


@pytest.fixture(scope="module")
def pool():
    pool = Pool(1)
    yield pool
    pool.close()


def dangerous(predictor, inputs, order):
    """What ``screened`` does, but for two files that no process survives."""
    for name, _ in inputs:
        if name == DEADLY[0]:
            os._exit(7)
        if name == LONG[0]:
            time.sleep(60)
    return screening.screen.screened(predictor, inputs, order)


def test_a_process_says_of_every_file_what_this_one_says(predictor, pool):
    files = [*FILES[: TOGETHER - 2], BROKEN, *FILES[TOGETHER - 2 :]]
    job = BatchJob(files, predictor, pool)
    job.wait(120)
    assert not job.fault
    here = BatchJob(files, predictor, Pool(0))
    here.wait(120)
    assert job.rows == here.rows
    assert [row.file for row in job.rows] == [name for name, _ in files]


def test_a_file_that_ends_its_process_is_a_row_and_the_others_have_theirs(
    predictor, pool, monkeypatch
):
    monkeypatch.setattr(screening.screen, "screened", dangerous)
    job = BatchJob([FILES[0], DEADLY, FILES[1]], predictor, pool)
    job.wait(120)
    assert [bool(row.error) for row in job.rows] == [False, True, False]
    assert "exit status 7" in job.rows[1].error


def test_a_file_that_takes_too_long_is_a_row(predictor, pool, monkeypatch):
    """Alone: what its neighbours get is told by the file that ends its process."""
    monkeypatch.setattr(screening.screen, "screened", dangerous)
    monkeypatch.setattr(part, "DEADLINE_S", 1.0)
    job = BatchJob([LONG], predictor, pool)
    job.wait(120)
    assert len(job.rows) == 1
    assert "longer than 1 s" in job.rows[0].error


def test_a_batch_that_is_no_longer_wanted_does_not_wait_for_its_process(
    predictor, pool, monkeypatch
):
    monkeypatch.setattr(screening.screen, "screened", dangerous)
    job = BatchJob([LONG], predictor, pool)
    job.cancel()
    job.wait(30)
    assert not job.running
    assert job.rows == []


def test_a_batch_waits_where_too_much_is_asked(predictor):
    full = Pool(1, waiting=0)
    job = BatchJob(FILES[:1], predictor, full)
    job.wait(0.5)
    assert job.running
    assert not job.rows
    job.cancel()
    job.wait(30)
    assert not job.running


def test_a_worker_loads_the_model_before_it_is_asked(predictor):
    asked = threading.Event()

    class Told(Pool):
        def submit(self, function, *arguments, **options):
            assert (function, arguments) == (
                remote.load,
                (predictor.name, weights_folder()),
            )
            assert options["background"]
            asked.set()

    part.load_model(predictor.name, Told(1))
    assert asked.is_set()
    asked.clear()
    part.load_model(predictor.name, Told(0))
    assert not asked.is_set()


def test_a_full_queue_keeps_nobody_from_the_page(predictor):
    part.load_model(predictor.name, Pool(1, waiting=0))


def test_a_part_is_eight_files_or_a_large_one():
    small = [(f"{number}.cif", b"x" * 100) for number in range(9)]
    large = [(f"{number}.vasp", b"x" * 70_000) for number in range(2)]
    wrong = ("bad.zip", StructureError("bad.zip is a damaged zip"))
    given = [*small, *large, wrong]
    parts = list(part.parts_of(given))
    assert [len(each) for each in parts] == [TOGETHER, 2, 2]
    assert [each for files in parts for each in files] == given
    assert list(part.parts_of([])) == []

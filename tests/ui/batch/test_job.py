"""A batch without its page: turns, limits, names, and the files to take away."""

import io
import json
import time
import zipfile

import pandas as pd
import pytest

from crysformer.errors import BusyError, StructureError
from crysformer.predict.predictor import Predictor
from crysformer.structure.archive import MAX_BYTES
from crysformer.structure.ordering import APPROXIMATED
from crysformer.ui.batch import downloads
from crysformer.ui.batch.job import (
    MAX_FILES,
    MAX_OPEN,
    MAX_RUNNING,
    BatchJob,
    archive_names,
    gather,
)
from crysformer.ui.batch.part import TOGETHER
from crysformer.workers.pool import Pool
from tests.support.batch import FILES, MODULUS, Gate

pytestmark = pytest.mark.usefixtures("random_weights")

# Without processes: a batch computes in its own thread, where a gate can hold it.
HERE = Pool(0)


@pytest.fixture
def predictor():
    return Predictor(device="cpu")


def test_results_come_while_the_batch_runs(predictor):
    gate = Gate(predictor)
    seen = []
    job = BatchJob(FILES[:1] * (2 * TOGETHER + 1), predictor, HERE)
    assert gate.reached.wait(30)
    # What is done before each of the passes that follow the first.
    predictor.model.register_forward_pre_hook(lambda *_: seen.append(len(job.rows)))
    gate.open.set()
    job.wait(60)
    assert seen == [TOGETHER, 2 * TOGETHER]
    assert len(job.rows) == 2 * TOGETHER + 1
    assert job.remaining_seconds() == 0
    assert not job.cancelled


def test_names_in_the_zip_never_meet():
    assert archive_names(["a", "A", "a"]) == ["a", "2-A", "3-a"]
    assert archive_names(["", "../.."]) == ["unnamed", "2-unnamed"]


def test_limits_are_said_with_their_values():
    files = [(f"{n}.cif", b"x") for n in range(MAX_FILES + 1)]
    inputs, sentences = gather(files)
    assert len(inputs) == MAX_FILES
    assert sentences == ["Only the first 500 of 501 files are used."]
    big = bytes(MAX_BYTES // 4)
    inputs, sentences = gather([(f"{n}.cif", big) for n in range(6)])
    assert len(inputs) == 4
    assert "first 4 of 6 crystals" in sentences[0]
    assert "1000, and 50 MB" in sentences[0]


def test_names_of_uploads_lose_what_is_no_text():
    ((name, _),), _ = gather([("a\x1b[31m\u202e/../b.cif", b"x")])
    assert name == "a[31m/b.cif"


def test_everything_is_in_the_zip_under_harmless_names(predictor):
    files = [
        *FILES[:2],
        ("../../etc/x.cif", FILES[2][1]),
        ("ETC/x.cif", FILES[3][1]),
        ("a<b>:c.txt", b"dear diary"),
        ("bad.zip", StructureError("bad.zip is a damaged zip")),
    ]
    job = BatchJob(files, predictor, HERE)
    job.wait(60)
    with zipfile.ZipFile(io.BytesIO(downloads.zip_file(job))) as archive:
        names = archive.namelist()
        assert archive.read(f"files/{FILES[0][0]}") == FILES[0][1]
        answers = json.loads(archive.read("crystals.json"))
        meaning = json.loads(archive.read("units.json"))
        table = pd.read_csv(io.BytesIO(archive.read("crystals.csv")))
    assert names[3:] == [
        f"files/{FILES[0][0]}",
        f"files/{FILES[1][0]}",
        "files/etc/x.cif",
        "files/ETC/4-x.cif",
        "files/a_b__c.txt",
    ]
    assert [found["file"] for found in answers] == [name for name, _ in files]
    assert ["error" in found for found in answers] == [False] * 4 + [True] * 2
    assert meaning["columns"][MODULUS]["unit"] == "GPa"
    assert len(table) == 6


def test_batches_of_many_visitors_take_turns(predictor):
    gate = Gate(predictor)
    jobs = [BatchJob(FILES[:2], predictor, HERE) for _ in range(MAX_RUNNING + 2)]
    assert gate.reached.wait(30)
    until = time.monotonic() + 30
    while sum(job.waiting for job in jobs) > 2 and time.monotonic() < until:
        time.sleep(0.01)
    waiting = [job for job in jobs if job.waiting]
    assert len(waiting) == 2
    assert all(job.running and job.remaining_seconds() is None for job in waiting)
    # One that is told to stop while it waits never starts.
    waiting[0].cancel()
    waiting[0].wait(30)
    assert not waiting[0].running
    gate.open.set()
    for job in jobs:
        job.wait(60)
    assert sorted(len(job.rows) for job in jobs) == [0, 2, 2, 2]


def test_a_server_with_too_many_batches_says_so(predictor):
    gate = Gate(predictor)
    jobs = [BatchJob(FILES[:1], predictor, HERE) for _ in range(MAX_OPEN)]
    with pytest.raises(BusyError, match=rf"already has {MAX_OPEN} batches .* try again"):
        BatchJob(FILES[:1], predictor, HERE)
    gate.open.set()
    for job in jobs:
        job.wait(60)
    after = BatchJob(FILES[:1], predictor, HERE)
    after.wait(60)
    assert len(after.rows) == 1


def test_disordered_crystals_are_predicted_only_on_demand_and_named_so(predictor):
    mixed = FILES[0][1].replace(b"  1\n", b"  0.5\n")
    files = [("mixed.cif", mixed), FILES[1]]
    plain_job = BatchJob(files, predictor, HERE)
    plain_job.wait(60)
    assert "is disordered" in plain_job.rows[0].error
    job = BatchJob(files, predictor, HERE, order=True)
    job.wait(60)
    assert job.rows[0].error == ""
    assert job.rows[0].file == f"mixed.cif {APPROXIMATED}"
    assert job.rows[1].file == FILES[1][0]
    assert APPROXIMATED in downloads.csv_file(job).decode()
    assert APPROXIMATED in downloads.json_file(job).decode()

"""How commands end that are stopped, or whose output nobody takes."""

import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest

from crysformer.cli.endings import run_to_the_end, stoppable
from crysformer.library.catalogue import get_crystal
from crysformer.paths import ROOT
from tests.support.random_model import save_random

FULL = Path("/dev/full")
SECONDS = 240


@pytest.fixture(scope="module")
def weights(tmp_path_factory):
    root = tmp_path_factory.mktemp("weights")
    save_random(root)
    return root


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """So many crystals that a run can be stopped among them."""
    inside = tmp_path_factory.mktemp("crystals")
    text = get_crystal("rock-salt-nacl").structure().to(fmt="cif")
    for number in range(100):
        (inside / f"{number:03}.cif").write_text(text)
    return inside


@pytest.fixture
def start(weights):
    """Start a command as a process of its own, which ends with the test."""
    begun = []

    def run(*words, python=(), **options):
        process = subprocess.Popen(
            [sys.executable, *python, "-m", "crysformer", *map(str, words)],
            **{"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options},
            env={**os.environ, "CRYSFORMER_WEIGHTS": str(weights)},
            cwd=ROOT,
            text=True,
        )
        begun.append(process)
        return process

    yield run
    for process in begun:
        process.kill()
        process.communicate()


def ended(process):
    """Exit status and what was said, which is no traceback."""
    said = process.communicate(timeout=SECONDS)[1]
    assert "Traceback" not in said
    return process.returncode, said


def wait_for(there):
    limit = time.monotonic() + SECONDS
    while not there():
        assert time.monotonic() < limit
        time.sleep(0.05)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_screen_that_is_stopped_keeps_its_rows_and_its_units(
    start, folder, tmp_path, number
):
    out, part = tmp_path / "t.csv", tmp_path / "t.csv.part"
    process = start("screen", folder, "--out", out, "--device", "cpu")
    wait_for(lambda: part.exists() and part.read_text().count("\n") > 1)
    assert out.with_name("t.units.json").exists()
    process.send_signal(number)
    status, said = ended(process)
    assert status == 128 + number
    assert said.endswith(f"Stopped by {number.name}.\n")
    assert 0 < len(pd.read_csv(out)) < 100
    assert sorted(path.name for path in tmp_path.iterdir()) == ["t.csv", "t.units.json"]


@pytest.mark.slow
def test_a_killed_screen_is_finished_by_another(start, folder, tmp_path):
    out, part = tmp_path / "t.csv", tmp_path / "t.csv.part"
    process = start("screen", folder, "--out", out, "--device", "cpu")
    wait_for(lambda: part.exists() and part.read_text().count("\n") > 1)
    process.kill()
    process.communicate()
    words = ("screen", folder, "--out", out, "--resume", "--device", "cpu")
    assert ended(start(*words))[0] == 0
    names = pd.read_csv(out)["file"]
    assert names.tolist() == [str(folder / f"{number:03}.cif") for number in range(100)]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("module", ["crysformer.cli.parser", "torch.nn"])
def test_a_command_that_is_stopped_while_it_starts_says_nothing(
    start, folder, number, module
):
    process = start("predict", folder / "000.cif", python=["-X", "importtime"])
    while not process.stderr.readline().rstrip().endswith(f" {module}"):
        assert process.poll() is None
    process.send_signal(number)
    assert ended(process)[0] == -number


def test_nobody_reads_the_output(start, folder):
    for words in (["predict", "--json"], ["screen"]):
        reading, writing = os.pipe()
        os.close(reading)
        process = start(*words, folder / "000.cif", stdout=writing)
        os.close(writing)
        status, said = ended(process)
        assert status == 1
        assert said.endswith("The output cannot be written: Broken pipe.\n")


@pytest.mark.skipif(not FULL.exists(), reason="This system has no /dev/full.")
def test_a_full_disk_under_the_output(start, folder):
    with FULL.open("w") as full:
        status, said = ended(start("predict", folder / "000.cif", stdout=full))
        assert status == 1
        assert said == "The output cannot be written: No space left on device.\n"
        silent = start("predict", "none.cif", stdout=full, stderr=full)
        assert silent.wait(SECONDS) == 1
    status, said = ended(start("screen", folder / "000.cif", "--out", FULL))
    assert status == 1
    assert "is not a table of this command" in said


@pytest.mark.skipif(not FULL.exists(), reason="This system has no /dev/full.")
@pytest.mark.parametrize("python", [(), ("-u",)], ids=["buffered", "unbuffered"])
@pytest.mark.parametrize("words", [["--help"], ["predict", "--help"]])
def test_a_full_disk_under_the_help(start, words, python):
    """Python's parser hides it where each word is written at once."""
    with FULL.open("w") as full:
        status, said = ended(start(*words, python=python, stdout=full))
    assert status == 1
    assert said == "The output cannot be written: No space left on device.\n"


def test_a_full_disk_under_the_table(start, folder, tmp_path):
    """The system lets no file grow beyond a size, which a full disk does, too."""
    out = tmp_path / "t.csv"
    words = ("screen", *sorted(folder.iterdir())[:64], "--out", out, "--device", "cpu")
    limited = start(
        *words,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (5000, 5000)),
    )
    status, said = ended(limited)
    assert status == 1
    assert f"cannot be written (File too large); --resume goes on with {out}.part" in said
    assert ended(start(*words, "--resume"))[0] == 0
    assert len(pd.read_csv(out)) == 64


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_stop_is_an_exception_and_handlers_come_back(number, capsys):
    before = signal.getsignal(number)

    def stop_myself():
        with stoppable():
            os.kill(os.getpid(), number)
            time.sleep(SECONDS)
        return 0

    assert run_to_the_end(stop_myself) == 128 + number
    assert capsys.readouterr().err == f"Stopped by {number.name}.\n"
    assert signal.getsignal(number) is before


def test_a_signal_to_ignore_stays_ignored():
    before = signal.signal(signal.SIGTERM, signal.SIG_IGN)
    try:
        with stoppable():
            os.kill(os.getpid(), signal.SIGTERM)
    finally:
        signal.signal(signal.SIGTERM, before)


def test_other_faults_are_not_hidden():
    def read():
        raise FileNotFoundError(2, "No such file or directory")

    with pytest.raises(FileNotFoundError):
        run_to_the_end(read)

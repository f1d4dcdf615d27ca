"""Screening on Ray with two actors, one of which is killed; parts, and their faults."""

import gzip
import importlib.util
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest

from crysformer.cli.parser import main
from crysformer.library.catalogue import load_library
from crysformer.paths import ROOT
from crysformer.screening.distributed import PART_CRYSTALS, portions
from crysformer.screening.sources import find_inputs
from tests.support.processes import descendants, title
from tests.support.random_model import save_random

needs_ray = pytest.mark.skipif(
    importlib.util.find_spec("ray") is None, reason="needs Ray: requirements-scale.txt"
)
ROWS = 400
SMALL_PARTS = """
import sys
from crysformer.cli.parser import main
from crysformer.screening import distributed
distributed.PART_CRYSTALS = 20
sys.exit(main())
"""


@pytest.fixture(scope="module")
def weights(tmp_path_factory) -> Path:
    root = tmp_path_factory.mktemp("weights")
    save_random(root)
    return root


def write_crystals(folder: Path, count: int) -> list[str]:
    """Packed JSON lines, every hundredth of them no crystal, and a CIF; their names."""
    folder.mkdir()
    salt = load_library()["caesium-chloride-cscl"].structure()
    lines = []
    for number in range(count):
        lattice = (salt.lattice.matrix * (1 + 1e-5 * number)).tolist()
        crystal = {"lattice": lattice, "frac_coords": salt.frac_coords.tolist()}
        species = [site.specie.symbol for site in salt] if number % 100 != 7 else ["Xx"]
        row = {"id": f"c{number}", "structure": {**crystal, "species": species}}
        lines.append(json.dumps(row))
    path = folder / "many.jsonl.gz"
    path.write_bytes(gzip.compress("\n".join(lines).encode()))
    (folder / "one.cif").write_text(salt.to(fmt="cif"))
    return [
        *(f"{path} #{number + 1} c{number}" for number in range(count)),
        str(folder / "one.cif"),
    ]


def start(paths: list[Path], out: Path, weights: Path, *options: str) -> subprocess.Popen:
    words = [*map(str, paths), "--out", str(out), "--device", "cpu", *options]
    return subprocess.Popen(
        [sys.executable, "-c", SMALL_PARTS, "screen", "--engine", "ray", *words],
        cwd=ROOT,
        env={**os.environ, "CRYSFORMER_WEIGHTS": str(weights)},
        stderr=subprocess.PIPE,
        text=True,
    )


def kill_an_actor(run: subprocess.Popen, out: Path, parts: int) -> int:
    """Wait for some parts, then kill one of the actors; returns its number."""
    for _ in range(3000):
        assert run.poll() is None, run.communicate()[1]
        if len(list(out.glob("*.parquet"))) >= parts:
            actors = [p for p in descendants(run.pid) if "MapWorker" in title(p)]
            if actors:
                os.kill(actors[0], signal.SIGKILL)
                return actors[0]
        time.sleep(0.1)
    raise AssertionError("no part in five minutes")


@pytest.mark.slow
@needs_ray
@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc")
def test_every_row_is_there_once_though_an_actor_dies(tmp_path, weights):
    names = write_crystals(tmp_path / "in", ROWS)
    out = tmp_path / "table"
    run = start([tmp_path / "in"], out, weights, "--processes", "2")
    try:
        killed = kill_an_actor(run, out, 3)
        errors = run.communicate(timeout=500)[1]
    finally:
        run.kill()
    assert title(killed) == ""
    assert run.returncode == 1, errors
    assert f"{ROWS + 1 - ROWS // 100} of {ROWS + 1} crystals predicted" in errors
    frame = pd.read_parquet(out)
    assert sorted(frame["file"]) == sorted(names)
    assert frame["error"].astype(bool).sum() == ROWS // 100
    assert frame.loc[frame["error"] == "", "formula"].eq("CsCl").all()
    assert not list(out.glob(".*"))  # neither unfinished parts nor notes of attempts

    parts = {path: path.stat().st_mtime_ns for path in out.glob("*.parquet")}
    gone = sorted(parts)[5]
    gone.unlink()
    run = start([tmp_path / "in"], out, weights, "--processes", "1", "--resume")
    errors = run.communicate(timeout=500)[1]
    assert run.returncode == 1, errors
    assert sorted(pd.read_parquet(out)["file"]) == sorted(names)
    again = {path: path.stat().st_mtime_ns for path in out.glob("*.parquet")}
    assert again.keys() == parts.keys()
    assert [path for path in parts if again[path] != parts[path]] == [gone]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--engine", "ray"], "give --out"),
        (["--engine", "ray", "--out", "x", "--json"], "no --json"),
        (["--address", "auto"], "add --engine ray"),
    ],
)
def test_options_that_do_not_go_together(tmp_path, capsys, options, said):
    assert main(["screen", str(tmp_path), "--device", "cpu", *options]) == 1
    assert said in capsys.readouterr().err


def test_without_ray_a_sentence_says_what_to_install(
    tmp_path, weights, monkeypatch, capsys
):
    monkeypatch.setenv("CRYSFORMER_WEIGHTS", str(weights))
    monkeypatch.setitem(sys.modules, "ray", None)
    write_crystals(tmp_path / "in", 1)
    words = ["screen", str(tmp_path / "in"), "--out", str(tmp_path / "table")]
    assert main([*words, "--engine", "ray", "--device", "cpu"]) == 1
    assert "requirements-scale.txt" in capsys.readouterr().err


def test_large_files_have_a_reader_of_their_own(tmp_path):
    for number in range(PART_CRYSTALS + 2):
        (tmp_path / f"{number:04}.cif").write_text("x")
    with (tmp_path / "0001.cif").open("wb") as file:
        file.truncate(2_000_000)
    sizes = [len(files) for files in portions(find_inputs([tmp_path]))]
    assert sizes == [1, PART_CRYSTALS, 1]

"""Does a test notice? Small mistakes are made in the code one by one, by a fixed seed.

    python -m benchmarks.mutations --each 12 --out DIR

A mistake is a comparison at the wrong side of equality, a sum that is a difference, a
number that is one more, a condition that is turned round. It is noticed if a test of the
area fails; the tests of the changed module come first, and those marked slow are left
out. Where every mistake of an area is noticed, its tests have to pass without one. The
checkout is copied and may be changed meanwhile; a run that was stopped goes on.

Each mistake is tried in a fork of this process, which has loaded what takes long to load
and nothing of the package.
"""

import argparse
import ast
import importlib
import json
import os
import random
import resource
import shutil
import sys
import tempfile
import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import pytest

from benchmarks.mutations.mistakes import make, mistakes

ROOT = Path(__file__).parents[2]
SECONDS = 600
"""Processor time after which a mistake is noticed because the tests run for ever."""

LOADED = (
    "torch",
    "torch_geometric",
    "pymatgen.core",
    "spglib",
    "moyopy",
    "gemmi",
    "ase.io",
)


@dataclass(frozen=True)
class Area:
    """Code, and the tests that are to notice.

    Attributes:
        code: Modules or folders.
        tests: Files or folders.
    """

    code: Sequence[str]
    tests: Sequence[str]


AREAS: Mapping[str, Area] = {
    "graph": Area(
        [
            "graph/neighbours.py",
            "graph/standard_cell.py",
            "graph/space_group.py",
            "graph/landing.py",
        ],
        ["tests/graph"],
    ),
    "quotient": Area(
        ["graph/quotient.py", "graph/orbits.py", "graph/bonds.py"],
        ["tests/graph"],
    ),
    "layers": Area(
        ["model/layers.py", "model/segments.py", "model/network.py"], ["tests/model"]
    ),
    "attention": Area(
        ["attention/weights.py", "attention/reduce.py", "attention/rollout.py"],
        ["tests/attention"],
    ),
    "intervals": Area(
        ["trust/intervals.py", "trust/quantiles.py", "trust/bands.py"],
        ["tests/trust", "tests/evaluation/test_calibration.py"],
    ),
    "read": Area(
        ["structure/read.py", "structure/checks.py", "structure/formats"],
        ["tests/structure"],
    ),
}


def chosen(copied: Path, area: Area, count: int, seed: int) -> list[tuple[Path, int]]:
    """Places of the mistakes to make: a module, and which of its nodes."""
    package = copied / "crysformer"
    files = [
        file
        for name in area.code
        for file in sorted((package / name).rglob("*.py")) or [package / name]
    ]
    places = [
        (file.relative_to(copied), number)
        for file in files
        for number, _ in enumerate(mistakes(ast.parse(file.read_text())))
    ]
    return random.Random(seed).sample(places, min(count, len(places)))


class _First:
    """The first test that failed."""

    def __init__(self) -> None:
        self.failed = ""

    def _note(self, report: pytest.TestReport | pytest.CollectReport) -> None:
        if report.failed and not self.failed:
            self.failed = report.nodeid

    pytest_runtest_logreport = _note
    pytest_collectreport = _note


def noticed_by(copied: Path, area: Area, file: Path, source: str) -> str | None:
    """Which test of the area fails with a module's new source; None if none does."""
    tests = {test for each in area.tests for test in _files(copied / each)}
    named = {test for test in tests if test.name == f"test_{file.stem}.py"}
    before = (copied / file).read_text()
    (copied / file).write_text(source)
    try:
        for some in (named, tests - named):
            if some and (failed := _failed(copied, sorted(some))):
                return failed
        return None
    finally:
        (copied / file).write_text(before)


def _files(place: Path) -> list[Path]:
    return [place] if place.is_file() else sorted(place.rglob("test_*.py"))


def _failed(copied: Path, tests: Sequence[Path]) -> str:
    """Name of the first test that fails, or what else ended them; empty if all pass."""
    said = copied.parent / "noticed"
    said.write_text("")
    child = os.fork()
    if child == 0:
        _test(copied, tests, said)
    ended = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if ended < 0:
        return f"signal {-ended}"
    if ended in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
        return ""
    return said.read_text() or f"status {ended}"


def _test(copied: Path, tests: Sequence[Path], said: Path) -> NoReturn:
    """Run tests up to the first that fails, in a process that ends with them."""
    status = 1
    try:
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
        with open(os.devnull, "w") as nowhere:
            os.dup2(nowhere.fileno(), 1)
            os.dup2(nowhere.fileno(), 2)
        os.chdir(copied)
        sys.path[0] = str(copied)
        first = _First()
        options = ["-q", "-x", "-m", "not slow", "-p", "no:cacheprovider"]
        status = pytest.main([*options, *map(str, tests)], plugins=[first])
        said.write_text(first.failed)
    except BaseException:  # What was forked may not go on as its parent does.
        said.write_text(traceback.format_exc())
    finally:
        os._exit(status)


def main() -> None:
    """Make the mistakes of every area and print those that nobody noticed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--each", type=int, default=12, help="mistakes in each area")
    parser.add_argument("--areas", nargs="+", choices=AREAS, default=list(AREAS))
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, required=True, help="folder of the results")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    os.environ |= {
        "OMP_NUM_THREADS": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
        "SPGLIB_OLD_ERROR_HANDLING": "false",
    }
    sys.dont_write_bytecode = True
    for name in LOADED:
        importlib.import_module(name)
    with tempfile.TemporaryDirectory() as folder:
        copied = Path(folder) / ROOT.name
        left_out = shutil.ignore_patterns(".venv", ".git", "artifacts", "__pycache__")
        shutil.copytree(ROOT, copied, ignore=left_out)
        for name in options.areas:
            _run(name, AREAS[name], copied, options)


def _run(name: str, area: Area, copied: Path, options: argparse.Namespace) -> None:
    """Make the mistakes of one area, without those that were made before."""
    path = options.out / f"{name}.jsonl"
    lines = path.read_text().splitlines() if path.exists() else []
    known = {each["mistake"]: each["noticed_by"] for each in map(json.loads, lines)}
    found = []
    for file, number in chosen(copied, area, options.each, options.seed):
        text = (copied / file).read_text()
        source, line, what = make(text, number)
        said = f"{file}:{line}: {what}"
        if said not in known:
            known[said] = noticed_by(copied, area, file, source)
            entry = {"mistake": said, "noticed_by": known[said]}
            with path.open("a") as log:
                log.write(json.dumps(entry) + "\n")
        found.append((said, known[said]))
    missed = [said for said, by in found if by is None]
    if not missed:
        failed = noticed_by(copied, area, file, text)
        if failed is not None:
            raise SystemExit(f"{name}: without a mistake {failed} fails, too.")
    print(f"{name}: {len(found) - len(missed)} of {len(found)} noticed", flush=True)
    for said in missed:
        print(f"  not noticed: {said}")


if __name__ == "__main__":
    main()

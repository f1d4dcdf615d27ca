"""Graph and forward pass of this checkout beside those of an older one, in one run.

    git worktree add /tmp/old REVISION
    python -m benchmarks.against --old /tmp/old --data FILE.jsonl.gz

Each has a process of its own, and both are timed in alternation on one thread by the
processor time they take, since other work on a machine slows both alike: only the ratio
means anything.
"""

import argparse
import itertools
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

REPEATS = 15
WIDTHS = {"128/32": (128, 32), "192/64": (192, 64)}
SIZES = (1, 32)


class Checkout:
    """A process that times stages of one checkout when it is asked.

    Args:
        folder: Of the checkout.
        words: Arguments of this script.
    """

    def __init__(self, folder: Path, words: list[str]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, Path(__file__), *words, "--time"],
            env=os.environ | {"PYTHONPATH": str(folder), "OMP_NUM_THREADS": "1"},
            cwd=folder,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def seconds(self, stage: str) -> float:
        """Processor time of one run of a stage."""
        print(stage, file=self._process.stdin, flush=True)
        return json.loads(self._process.stdout.readline())


def stages(data: Path, crystals: int) -> Iterator[tuple[str, Callable[[], object]]]:
    """What is timed, by name, of the package that is imported here."""
    import torch

    torch.set_num_threads(1)
    if find_spec("crysformer.heap"):  # As every command of the newer checkout does.
        import_module("crysformer.heap").keep_heap()
    from crysformer.data.dataset import read_rows
    from crysformer.graph.batch import collate
    from crysformer.graph.crystal import build_graph
    from crysformer.graph.rule import NeighbourRule
    from crysformer.model.config import ModelConfig
    from crysformer.model.network import Crysformer

    rows = itertools.islice(read_rows(data), 0, None, 55)
    structures = [row.structure for row in itertools.islice(rows, crystals)]
    rule = NeighbourRule()
    yield "graph", lambda: [build_graph(item, rule) for item in structures]
    graphs = [build_graph(item, rule) for item in structures]
    for size, (name, (wide, narrow)) in itertools.product(SIZES, WIDTHS.items()):
        torch.manual_seed(0)
        config = ModelConfig(atom_width=wide, bond_width=wide, angle_width=narrow)
        network = Crysformer(config, 25).eval().requires_grad_(False)
        batches = [
            collate(graphs[start : start + size]) for start in range(0, len(graphs), size)
        ]

        def forward(network=network, batches=batches) -> None:  # noqa: ANN001
            with torch.inference_mode():
                for batch in batches:
                    network(batch)

        yield f"forward {name}, batch {size}", forward


def serve(data: Path, crystals: int) -> None:
    """Time the stages that are asked for, line by line."""
    known = dict(stages(data, crystals))
    for line in sys.stdin:
        started = time.thread_time()
        known[line.strip()]()
        print(time.thread_time() - started, flush=True)


def main() -> None:
    """Time graphs, then both networks, one crystal and 32 at a time."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--old", type=Path, required=True, metavar="CHECKOUT")
    parser.add_argument("--data", type=Path, required=True, metavar="FILE.jsonl.gz")
    parser.add_argument("--crystals", type=int, default=96)
    parser.add_argument("--time", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    options.data = options.data.resolve()
    if options.time:
        serve(options.data, options.crystals)
        return
    words = ["--old", str(options.old), "--data", str(options.data)]
    words += ["--crystals", str(options.crystals)]
    old, new = (
        Checkout(folder.resolve(), words)
        for folder in (options.old, Path(__file__).parents[1])
    )
    names = ["graph"] + [f"forward {n}, batch {s}" for s in SIZES for n in WIDTHS]
    for name in names:
        old.seconds(name), new.seconds(name)
        pairs = [(old.seconds(name), new.seconds(name)) for _ in range(REPEATS)]
        before, after = (
            1000.0 * min(times) / options.crystals for times in zip(*pairs, strict=True)
        )
        print(
            f"{name:24} {before:8.2f} {after:8.2f} ms {before / after:6.2f} times",
            flush=True,
        )


if __name__ == "__main__":
    main()

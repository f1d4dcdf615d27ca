"""Graph and forward pass of this checkout beside those of an older one, in one run.

    git worktree add /tmp/old REVISION
    python -m benchmarks.against --old /tmp/old --data FILE.jsonl.gz

Both are timed in alternation on one thread by the processor time they take, since other
work on a machine slows both alike: only the ratio means anything.
"""

import argparse
import itertools
import os
import sys
import time
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
import torch

REPEATS = 15
WIDTHS = {"128/32": (128, 32), "192/64": (192, 64)}


class Version(NamedTuple):
    """What is timed of one checkout."""

    build: Callable[[Any], Any]
    collate: Callable[[Sequence[Any]], Any]
    networks: dict[str, torch.nn.Module]


def load(folder: Path) -> Version:
    """Import the package of a checkout beside those imported before."""
    for name in [name for name in sys.modules if name.split(".")[0] == "crysformer"]:
        del sys.modules[name]
    sys.path.insert(0, str(folder))
    graph = import_module("crysformer.graph.crystal")
    rule = import_module("crysformer.graph.rule").NeighbourRule()
    collate = import_module("crysformer.graph.batch").collate
    config = import_module("crysformer.model.config").ModelConfig
    network = import_module("crysformer.model.network").Crysformer
    sys.path.pop(0)
    networks = {}
    for name, (wide, narrow) in WIDTHS.items():
        torch.manual_seed(0)
        sizes = config(atom_width=wide, bond_width=wide, angle_width=narrow)
        networks[name] = network(sizes, 25).eval().requires_grad_(False)
    return Version(lambda item: graph.build_graph(item, rule), collate, networks)


def report(name: str, old: Callable[[], Any], new: Callable[[], Any], count: int) -> None:
    """Print the least milliseconds a crystal of both, and how often one has the other."""
    old(), new()
    times = np.array([[seconds(stage) for stage in (old, new)] for _ in range(REPEATS)])
    before, after = 1000.0 * times.min(axis=0) / count
    ratio = before / after
    print(f"{name:24} {before:8.2f} {after:8.2f} ms {ratio:6.2f} times", flush=True)


def seconds(stage: Callable[[], Any]) -> float:
    """Processor time of this thread for one call."""
    started = time.thread_time()
    stage()
    return time.thread_time() - started


def main() -> None:
    """Time graphs, then both networks, one crystal and 32 at a time."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--old", type=Path, required=True, metavar="CHECKOUT")
    parser.add_argument("--data", type=Path, required=True, metavar="FILE.jsonl.gz")
    parser.add_argument("--crystals", type=int, default=96)
    options = parser.parse_args()
    torch.set_num_threads(1)
    from crysformer.data.dataset import read_rows

    rows = itertools.islice(read_rows(options.data), 0, None, 55)
    structures = [row.structure for row in itertools.islice(rows, options.crystals)]
    versions = [load(options.old), load(Path(__file__).parents[1])]
    stages = [lambda v=v: [v.build(item) for item in structures] for v in versions]
    report("graph", *stages, len(structures))
    graphs = [versions[1].build(item) for item in structures]
    with torch.inference_mode():
        for size, name in itertools.product((1, 32), WIDTHS):
            starts = range(0, len(graphs), size)
            groups = [graphs[start : start + size] for start in starts]
            stages = []
            for version in versions:
                batches = [version.collate(group) for group in groups]
                network = version.networks[name]
                stages.append(lambda n=network, b=batches: [n(batch) for batch in b])
            report(f"forward {name}, batch {size}", *stages, len(graphs))


if __name__ == "__main__":
    main()

"""Crystals per second in training: what the quotient and two ranks gain.

    python -m benchmarks.training_speed --data DIR/val.jsonl.gz

Three measurements of forward, backward and optimiser step on the same crystals: the full
graph and the quotient in one single-threaded process; two single-threaded ranks; one
process with two threads. Take them on an otherwise idle machine. Settings of a recipe can
be given as in training, such as --set compiled=true precision=bfloat16.
"""

import argparse
import itertools
import os
import subprocess
import sys
import tempfile
import time
import warnings
from pathlib import Path

import numpy as np
import torch

from crysformer.data.dataset import GraphStore, read_rows
from crysformer.graph.batch import collate
from crysformer.graph.crystal import build_graph
from crysformer.model.network import Crysformer
from crysformer.training.optimiser import make_optimisers
from crysformer.training.padding import keep_kernels, padded
from crysformer.training.plan import share_by_work
from crysformer.training.processes import Ranks, join_ranks
from crysformer.training.recipe import RECIPES, Recipe
from crysformer.training.start import read_recipe

OUTPUTS = 20
BATCH = 64


def main() -> None:
    """Build graphs once, then time every arrangement in its own process."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, metavar="FILE.jsonl.gz")
    parser.add_argument("--crystals", type=int, default=640)
    parser.add_argument("--worker", choices=("quotient", "full"), help=argparse.SUPPRESS)
    parser.add_argument("--repeats", type=int, default=2, help=argparse.SUPPRESS)
    parser.add_argument("--set", nargs="*", default=[], metavar="NAME=VALUE")
    options = parser.parse_args()
    warnings.simplefilter("ignore", UserWarning)
    if options.worker:
        work(options)
        return
    own = ["-m", "benchmarks.training_speed", "--data", str(options.data)]
    own += ["--crystals", str(options.crystals), "--set", *options.set]
    run = [sys.executable, *own]
    ranks = [sys.executable, "-m", "torch.distributed.run", "--standalone"]
    ranks += ["--nproc-per-node=2", *own]
    speeds = {
        "full graph, 1 thread": timed([*run, "--worker", "full"], 1),
        "quotient, 1 thread": timed([*run, "--worker", "quotient"], 1),
        "quotient, 1 process, 2 threads": timed([*run, "--worker", "quotient"], 2),
        "quotient, 2 ranks": timed([*ranks, "--worker", "quotient"], 1),
    }
    for name, speed in speeds.items():
        print(f"{name:32} {speed:7.1f} crystals/s")
    full, single, threads, two = speeds.values()
    print(f"quotient over full graph         {single / full:7.2f} x")
    print(f"two ranks over two threads       {two / threads:7.2f} x")


def timed(command: list[str], threads: int) -> float:
    """Crystals per second that one arrangement reports."""
    environment = os.environ | {
        "OMP_NUM_THREADS": str(threads),
        "OMP_WAIT_POLICY": "PASSIVE",
    }
    with tempfile.TemporaryFile("w+") as log:
        done = subprocess.run(
            command, env=environment, stdout=subprocess.PIPE, stderr=log, text=True
        )
        if done.returncode:
            log.seek(0)
            raise SystemExit(log.read())
    return float(done.stdout.split()[-1])


def work(options: argparse.Namespace) -> None:
    """Time training steps in this process, together with its other ranks."""
    ranks = join_ranks(torch.device("cpu"))
    torch.set_num_threads(int(os.environ["OMP_NUM_THREADS"]))
    keep_kernels()
    recipe = read_recipe(options.set, RECIPES["shipped"])
    rule = recipe.model.neighbour_rule
    rows = itertools.islice(read_rows(options.data), options.crystals)
    full = options.worker == "full"
    graphs = GraphStore.from_graphs(
        [build_graph(row.structure, rule, full=full) for row in rows]
    )
    speed = measure(graphs, recipe, ranks, options.repeats)
    if ranks.is_first:
        print(speed)


def measure(graphs: GraphStore, recipe: Recipe, ranks: Ranks, repeats: int) -> float:
    """Crystals per second over all ranks, the best of several passes."""
    torch.manual_seed(0)
    model = Crysformer(recipe.model, OUTPUTS)
    if recipe.compiled:
        model.compile_layers()
    half = recipe.precision == "bfloat16"
    parallel = model
    if ranks.count > 1:
        parallel = torch.nn.parallel.DistributedDataParallel(model)
    optimisers = make_optimisers(model, recipe)
    best = 0.0
    for _ in range(repeats):
        started = time.perf_counter()
        for first in range(0, len(graphs), BATCH):
            crystals = np.arange(first, min(first + BATCH, len(graphs)))
            mine = share_by_work(crystals, graphs.work, ranks.count)[ranks.index]
            chosen = [graphs[row] for row in mine]
            batch = collate(padded(chosen) if half else chosen)
            with torch.autocast("cpu", torch.bfloat16, enabled=half):
                output = parallel(batch).values[: len(chosen)]
            output.float().abs().mean().backward()
            for optimiser in optimisers:
                optimiser.step()
                optimiser.zero_grad()
        best = max(best, len(graphs) / (time.perf_counter() - started))
    return best


if __name__ == "__main__":
    main()

"""Crystals per second in training: what the quotient and two ranks gain.

    python -m benchmarks.training_speed --data DIR/val.jsonl.gz

Three measurements of forward, backward and optimiser step on the same crystals: the full
graph and the quotient in one single-threaded process; two single-threaded ranks; one
process with two threads. Take them on an otherwise idle machine. Settings of a recipe can
be given as in training, such as --set compiled=true precision=bfloat16.

    python -m benchmarks.training_speed --data DIR/val.jsonl.gz --device cuda --seconds 60

Instead, steps that live on a device: the recipe for it as it is, in full precision and
uncompiled, each with its time to start, for as many as fit the seconds.
"""

import argparse
import itertools
import os
import subprocess
import sys
import tempfile
import time
import warnings
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from crysformer.data.dataset import load_dataset, read_rows
from crysformer.data.store import GraphStore
from crysformer.graph.batch import collate
from crysformer.graph.crystal import build_graph
from crysformer.model.network import Crysformer
from crysformer.properties.scaling import Scaling
from crysformer.properties.table import PROPERTIES
from crysformer.training.device.learner import DeviceLearner
from crysformer.training.left_out import LeftOut
from crysformer.training.optimiser import make_optimisers
from crysformer.training.padding import keep_kernels, padded
from crysformer.training.plan import share_by_work
from crysformer.training.processes import Ranks, join_ranks
from crysformer.training.recipe import RECIPES, Recipe
from crysformer.training.start import CACHE, read_recipe

OUTPUTS = 20
BATCH = 64
STEPS = 500


def main() -> None:
    """Build graphs once, then time every arrangement in its own process."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, metavar="FILE.jsonl.gz")
    parser.add_argument("--crystals", type=int, default=640)
    parser.add_argument("--worker", choices=("quotient", "full"), help=argparse.SUPPRESS)
    parser.add_argument("--repeats", type=int, default=2, help=argparse.SUPPRESS)
    parser.add_argument("--set", nargs="*", default=[], metavar="NAME=VALUE")
    parser.add_argument("--device", help="time steps that live on it: cuda, or cpu")
    parser.add_argument("--seconds", type=float, default=60.0, help="on the device")
    options = parser.parse_args()
    warnings.simplefilter("ignore", UserWarning)
    if options.device:
        on_device(options)
        return
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


def on_device(options: argparse.Namespace) -> None:
    """Time steps and validations of variants of the recipe for a GPU, one line each."""
    deadline = time.perf_counter() + options.seconds
    base = read_recipe(options.set, RECIPES["next"])
    keys = [key for key, item in PROPERTIES.items() if not item.base][:OUTPUTS]
    scalings = [Scaling(key, 0.0, 1.0, (0.0,) * 119) for key in keys]
    data = load_dataset(options.data, keys, base.model.neighbour_rule, CACHE)
    data = LeftOut(max_angles=16_000).of(data.subset(np.arange(options.crystals)))
    rows = data.graphs.work.size
    for changes in ({}, {"precision": "float32"}, {"compiled": False}):
        if time.perf_counter() > deadline:
            break
        recipe = replace(base, **changes)
        device = torch.device(options.device)
        started = time.perf_counter()
        learner = DeviceLearner(recipe, scalings, data, data, Ranks(0, 1, device))
        steps = learner.plan.steps(0)
        learner.learn(next(steps)[1], 1e-3)
        assert not learner.diverged  # waits for the step
        start = time.perf_counter() - started
        started, count = time.perf_counter(), 0
        while count < STEPS and time.perf_counter() < deadline:
            learner.learn(next(steps)[1], 1e-3)
            count += 1
        learner.mean_loss()  # waits for them all
        step = (time.perf_counter() - started) / max(count, 1)
        started = time.perf_counter()
        learner.validate(scalings)
        validation = time.perf_counter() - started
        print(
            f"{recipe.precision}, {'' if recipe.compiled else 'not '}compiled: start "
            f"{start:.1f} s, step {step * 1e3:.2f} ms, "
            f"{recipe.batch_size / step:.0f} crystals/s, validation of {rows} crystals "
            f"{validation:.2f} s, {learner.plan.sizes}",
            flush=True,
        )


if __name__ == "__main__":
    main()

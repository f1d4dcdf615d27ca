"""Milliseconds per crystal in prediction: graph and network, one by one and batched.

    python -m benchmarks.prediction_speed --data FILE.jsonl.gz

One thread, as the app serves. Take it on an otherwise idle machine.
"""

import argparse
import itertools
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch

from crysformer.data.dataset import read_rows
from crysformer.graph.crystal import build_graph
from crysformer.model.inference import predict_graphs
from crysformer.predict.predictor import DEFAULT_MODEL, Predictor
from crysformer.structure.formula import formula_unit_atoms


def main() -> None:
    """Time each stage over the first crystals of a file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, metavar="FILE.jsonl.gz")
    parser.add_argument("--crystals", type=int, default=500)
    parser.add_argument("--model", default=DEFAULT_MODEL)
    options = parser.parse_args()
    torch.set_num_threads(1)
    rows = list(itertools.islice(read_rows(options.data), options.crystals))
    structures = [row.structure for row in rows]
    predictor = Predictor(options.model, "cpu")
    predictor.predict(structures[:20])
    sites = np.array([len(structure) for structure in structures])
    units = np.array([formula_unit_atoms(structure) for structure in structures])
    rule = predictor.model.config.neighbour_rule
    graphs = [build_graph(structure, rule) for structure in structures]
    stages = {
        "graph": lambda: [build_graph(structure, rule) for structure in structures],
        "network, batched": lambda: predict_graphs(
            predictor.model, predictor.checkpoint.scalings, graphs, sites, units
        ),
        "all, batched": lambda: predictor.predict(structures),
        "all, one by one": lambda: [predictor.predict([item]) for item in structures],
    }
    print(f"{len(structures)} crystals, {sites.mean():.1f} atoms on average")
    for name, stage in stages.items():
        print(f"{name:20} {1000.0 * seconds(stage) / len(structures):8.2f} ms a crystal")


def seconds(stage: Callable[[], object]) -> float:
    """Wall time of one call."""
    started = time.perf_counter()
    stage()
    return time.perf_counter() - started


if __name__ == "__main__":
    main()

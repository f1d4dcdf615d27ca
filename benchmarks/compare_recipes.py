"""Compare training settings at equal processor time, one after another on one core.

Each variant first shows what a step costs, then gets as many steps as fit the time, its
decay included, so that a busy machine does not favour anybody. One JSON line a variant.

    python -m benchmarks.compare_recipes --data DIR --minutes 15 --out table.jsonl \
        "base" "blocks=3" "angle_width=64 learning_rate=2e-3"
"""

import argparse
import json
import tempfile
import time
from pathlib import Path

import torch

from crysformer.training.datasets import find_keys, fit_scalings, load_split
from crysformer.training.padding import keep_kernels
from crysformer.training.processes import Ranks
from crysformer.training.recipe import RECIPES
from crysformer.training.schedule import Budget
from crysformer.training.start import CACHE, read_recipe
from crysformer.training.trainer import Trainer

WARM_STEPS = 40
PROBE_STEPS = 40


def main() -> None:
    """Run every variant and append its result."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--minutes", type=float, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--keep", type=Path, help="folder for each variant's weights")
    parser.add_argument("variants", nargs="+", help='"base" or "NAME=VALUE NAME=VALUE"')
    options = parser.parse_args()
    keep_kernels()
    torch.set_num_threads(1)
    keys = find_keys([options.data])
    for variant in options.variants:
        result, weights = run(variant, options.data, keys, options.minutes)
        if options.keep:
            options.keep.mkdir(parents=True, exist_ok=True)
            (options.keep / f"{variant.replace(' ', '-')}.pt").write_bytes(weights)
        with options.out.open("a") as lines:
            lines.write(json.dumps(result) + "\n")


def run(variant: str, data: Path, keys: list[str], minutes: float) -> tuple[dict, bytes]:
    """Train one variant for a processor time; its last errors and its best weights."""
    settings = [] if variant == "base" else variant.split()
    recipe = read_recipe(settings, RECIPES["shipped"])
    rule = recipe.model.neighbour_rule
    train, val = (
        load_split([data], name, keys, rule, CACHE) for name in ("train", "val")
    )
    scalings = fit_scalings(train, keys)

    def trainer(folder: str) -> Trainer:
        ranks = Ranks(0, 1, torch.device("cpu"))
        return Trainer(recipe, scalings, train, val, Path(folder), ranks)

    with tempfile.TemporaryDirectory() as folder:
        probe = trainer(folder)
        for step, crystals in probe.learner.plan.steps(0):
            # Compiled for every shape by now, where the recipe asks for that.
            if step == WARM_STEPS:
                started = time.process_time()
            if step == WARM_STEPS + PROBE_STEPS:
                break
            probe.learner.learn(crystals, recipe.learning_rate)
        seconds = (time.process_time() - started) / PROBE_STEPS
        measured = trainer(folder)
        measured.fit(Budget(steps=int(minutes * 60 / seconds)))
        last = (Path(folder) / "metrics.jsonl").read_text().splitlines()[-1]
        weights = (Path(folder) / "best.pt").read_bytes()
    record = json.loads(last)
    result = {
        "variant": variant,
        "seconds_per_step": round(seconds, 3),
        "steps": record["step"],
        "passes": round(record["passes"], 2),
        "score": round(record["score"], 4),
        "mae": {key: round(error["mae"], 4) for key, error in record["val"].items()},
    }
    return result, weights


if __name__ == "__main__":
    main()

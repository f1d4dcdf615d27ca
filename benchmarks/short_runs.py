"""Short trainings on a part of the data, for comparisons: resumable, one thread each.

Every run of a folder of states sees the same crystals as often as the others; what is
finished is read and not run again, so two processes may share the folder if they are
given different variants.
"""

import gzip
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch

from crysformer.data.dataset import Dataset
from crysformer.heap import keep_heap
from crysformer.training.datasets import find_keys, fit_scalings, load_split
from crysformer.training.padding import keep_kernels
from crysformer.training.processes import Ranks
from crysformer.training.recipe import RECIPES, Recipe
from crysformer.training.run_folder import RunFolder
from crysformer.training.schedule import Budget
from crysformer.training.start import CACHE, read_recipe
from crysformer.training.trainer import Trainer

VAL_SHARE = 4
"""One validation crystal for so many training crystals."""


@dataclass(frozen=True)
class ShortRuns:
    """What the runs of one comparison have in common.

    Attributes:
        data: Folders with training data, each giving an equal part of the crystals.
        crystals: Training crystals.
        passes: Passes over them, decay included.
        states: Where runs and the cut data are kept.
        common: Settings that differ from the shipped recipe in every run.
    """

    data: Sequence[Path]
    crystals: int
    passes: int
    states: Path
    common: Sequence[str] = ()

    def recipe(self, settings: Sequence[str], seed: int) -> Recipe:
        """The shipped recipe with the common settings, a run's own and its seed."""
        changed = [*self.common, *settings, f"seed={seed}"]
        return read_recipe(changed, RECIPES["shipped"])

    def run(self, settings: Sequence[str], seed: int) -> dict[str, Any]:
        """Train one variant to its end, from where it was stopped; its last record.

        Raises:
            SystemExit: It was told to stop.
        """
        keep_kernels()
        keep_heap()
        torch.set_num_threads(1)
        recipe = self.recipe(settings, seed)
        steps = self.passes * (self.crystals // recipe.batch_size)
        folder = self.states / "-".join(["run", *settings, str(seed)])
        record = _last_record(folder)
        if record["step"] >= steps:
            return record
        begun = any((folder / name).exists() for name in ("decay.pt", "state.pt"))
        if begun:
            recipe = _rest_of(recipe, steps, RunFolder(folder).latest())
        train, val = self.splits(recipe)
        scalings = fit_scalings(train, find_keys(self._folders()))
        ranks = Ranks(0, 1, torch.device("cpu"))
        trainer = Trainer(recipe, scalings, train, val, folder, ranks)
        if begun:
            trainer.resume()
        trainer.fit(Budget(steps=steps - trainer.step))
        if trainer.step < steps:
            raise SystemExit(
                f"Stopped at step {trainer.step} of {steps} of {folder.name}; the same "
                "command goes on from there."
            )
        return _last_record(folder)

    def splits(self, recipe: Recipe) -> tuple[Dataset, Dataset]:
        """Training and validation crystals, evenly spread over the data."""
        folders = self._folders()
        keys = find_keys(folders)
        rule = recipe.model.neighbour_rule
        train, val = (
            load_split(folders, name, keys, rule, CACHE) for name in ("train", "val")
        )
        return train, val

    def _folders(self) -> list[Path]:
        """The cut data, made at the first call."""
        folders = []
        for source in self.data:
            folder = self.states / f"{source.name}-{self.crystals}"
            share = self.crystals // len(self.data)
            for name, wanted in (("train", share), ("val", share // VAL_SHARE)):
                path = folder / f"{name}.jsonl.gz"
                if not path.exists():
                    _cut(source / path.name, path, wanted)
            folders.append(folder)
        return folders


def _rest_of(recipe: Recipe, steps: int, state: Mapping[str, Any]) -> Recipe:
    """The recipe for the steps that are left: its decay begins where it was to begin."""
    if state["progress"] > 0.0:
        return recipe
    share = recipe.decay * steps / (steps - state["step"])
    return replace(recipe, decay=min(share, 1.0))


def _cut(source: Path, path: Path, crystals: int) -> None:
    """Keep crystals evenly spread over a file."""
    with gzip.open(source, "rt", encoding="utf-8") as lines:
        rows = list(lines)
    if crystals > len(rows):
        raise SystemExit(f"{source} has {len(rows)} crystals, not {crystals}.")
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial")
    with gzip.open(partial, "wt", encoding="utf-8", compresslevel=1) as file:
        file.writelines(
            rows[number * len(rows) // crystals] for number in range(crystals)
        )
    partial.replace(path)


def _last_record(folder: Path) -> dict[str, Any]:
    """The last validation of a run; one that has not begun is at step 0."""
    metrics = folder / "metrics.jsonl"
    if not metrics.is_file():
        return {"step": 0, "decay": 0.0}
    return json.loads(metrics.read_text().splitlines()[-1])

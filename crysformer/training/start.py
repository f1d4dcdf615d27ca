"""From settings to a running or resumed training run."""

import os
import shlex
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import torch

from crysformer.errors import SettingsError
from crysformer.model.card import trained
from crysformer.model.checkpoint import Checkpoint, load_checkpoint
from crysformer.model.device import choose_device
from crysformer.properties.scaling import Scaling
from crysformer.training.datasets import find_keys, fit_scalings, load_split
from crysformer.training.left_out import LeftOut
from crysformer.training.padding import keep_kernels
from crysformer.training.processes import Launch, Ranks, join_ranks, launch
from crysformer.training.recipe import RECIPES, Recipe
from crysformer.training.run_folder import History, RunFolder
from crysformer.training.schedule import Budget
from crysformer.training.trainer import Trainer

DEFAULT_PRESET = "shipped"

Setting = bool | int | float | str

CACHE = Path(
    os.environ.get("CRYSFORMER_CACHE", Path.home() / ".cache" / "crysformer" / "graphs")
)
"""Where graph stores are kept between runs; CRYSFORMER_CACHE names another folder."""


def train(
    data: Sequence[str | Path],
    out: str | Path,
    *,
    exclude: str | Path | None = None,
    max_angles: int | None = None,
    preset: str = DEFAULT_PRESET,
    settings: Sequence[str] = (),
    resume: bool = False,
    start_from: str | None = None,
    device: str = "auto",
    hours: float | None = None,
    steps: int | None = None,
    processes: int = 0,
    command: Sequence[str] = (),
) -> None:
    """Train a model, or resume a run.

    Args:
        data: Folders with training data.
        out: Folder of the run.
        exclude: List of training crystals not to learn from, an identifier a line. A
            resumed run keeps its own list.
        max_angles: Most symmetry-unique angles of a crystal that is learnt from; None for
            no limit. A resumed run keeps its own.
        preset: Recipe that the settings change.
        settings: ``name=value`` for each changed field of the recipe or the model.
        resume: Go on with the run in ``out``.
        start_from: Bundled model whose weights the run begins with.
        device: ``auto``, ``cpu``, ``cuda`` or ``mps``.
        hours: When to have finished, learning rate decayed; None for no limit.
        steps: The same in steps.
        processes: Ranks that train together; 0 for one per core or GPU.
        command: Words after ``python -m crysformer`` that start this very run. Further
            ranks are started with them; without them this process trains alone.

    Raises:
        CrysformerError: A setting, file or state cannot be used.
    """
    keep_kernels()
    out = Path(out)
    base = RECIPES.get(preset)
    if base is None:
        raise SettingsError(
            f"There is no preset {preset!r}; choose from {list(RECIPES)}."
        )
    scalings: list[Scaling] | None = None
    launch_here = Launch.here()
    # torchrun starts its ranks again with the words of the first time.
    resume = resume or RunFolder(out).begun_by(launch_here)
    if resume:
        state = RunFolder(out).latest()
        base = Recipe.from_dict(state["recipe"])
        scalings = [Scaling.from_dict(item) for item in state["scalings"]]
    elif (out / "state.pt").exists():
        raise SettingsError(f"{out} already holds a run; add --resume to continue it.")
    recipe = read_recipe(settings, base)
    given = LeftOut.read(None if exclude is None else Path(exclude), max_angles)
    start = _starting_weights(start_from, recipe)
    if start is not None:
        scalings = list(start.scalings)
    chosen = choose_device(device)
    folders = [Path(folder) for folder in data]
    rule = recipe.model.neighbour_rule
    keys = [scaling.key for scaling in scalings] if scalings else find_keys(folders)
    splits = [load_split(folders, s, keys, rule, CACHE) for s in ("train", "val")]
    left_out = RunFolder(out).left_out() if resume else given
    splits[0] = left_out.of(splits[0])
    if command and not launch_here.is_rank:
        # Graphs are in the cache now, built by all cores; the ranks only read them.
        most = min(recipe.batch_size, len(splits[0]))
        launch(command, chosen, processes, most)
    ranks = join_ranks(chosen)
    scalings = scalings or fit_scalings(splits[0], keys)
    trainer = Trainer(recipe, scalings, *splits, out, ranks, launch=launch_here)
    if resume:
        trainer.resume()
    elif start is not None:
        trainer.start_from(start.model)
    if ranks.is_first:
        before = RunFolder(out).weights_before() if resume else _history(start)
        description = describe(folders, recipe, command, ranks, before)
        RunFolder(out).describe(description, left_out)
    trainer.fit(Budget(hours, steps))


def _starting_weights(name: str | None, recipe: Recipe) -> Checkpoint | None:
    """The bundled model a run begins with, if any."""
    if name is None:
        return None
    start = load_checkpoint(name)
    if start.model.config != recipe.model:
        raise SettingsError(f"Model {name!r} has a different architecture from this run.")
    return start


def _history(start: Checkpoint | None) -> History | None:
    """How long the weights that a run begins with had been trained."""
    if start is None:
        return None
    passes, hours = trained(start.card)
    return {
        "weights": start.name,
        "passes": round(passes, 2),
        "hours": round(hours, 3),
    }


def read_recipe(settings: Sequence[str], base: Recipe) -> Recipe:
    """Apply ``name=value`` settings to a recipe.

    Raises:
        SettingsError: A setting is unknown, of the wrong type or out of range.
    """
    of_model: dict[str, Setting] = {}
    of_recipe: dict[str, Setting] = {}
    model_values, recipe_values = base.model.to_dict(), asdict(base)
    del recipe_values["model"]
    for item in settings:
        name, _, text = item.partition("=")
        if name in recipe_values:
            of_recipe[name] = _parse(name, text, recipe_values[name])
        elif name in model_values:
            of_model[name] = _parse(name, text, model_values[name])
        else:
            known = sorted({*model_values, *recipe_values})
            raise SettingsError(f"There is no setting {name!r}; choose from {known}.")
    return replace(base, model=replace(base.model, **of_model), **of_recipe)


def describe(
    folders: Sequence[Path],
    recipe: Recipe,
    command: Sequence[str],
    ranks: Ranks,
    before: History | None,
) -> dict[str, Any]:
    """Data, settings, command, machine and past of a run, to keep beside its states."""
    return {
        "data": [str(folder.resolve()) for folder in folders],
        "recipe": asdict(recipe),
        "command": shlex.join(["python", "-m", "crysformer", *command]),
        "machine": ranks.machine,
        "torch": str(torch.__version__),
        "before": before,
    }


def _parse(name: str, text: str, default: Setting) -> Setting:
    """Read a value of the type that a setting has."""
    try:
        if isinstance(default, bool):
            return {"true": True, "false": False}[text.lower()]
        return type(default)(text)
    except (KeyError, ValueError):
        raise SettingsError(
            f"The setting {name} cannot be {text!r}; expected {type(default).__name__}."
        ) from None

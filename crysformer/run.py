"""The train command: options to a running or resumed training run."""

import json
import os
from argparse import Namespace
from dataclasses import asdict, replace
from pathlib import Path

from crysformer.checkpoint import load_checkpoint
from crysformer.config import ModelConfig, get_preset
from crysformer.errors import SettingsError
from crysformer.ranks import Ranks, choose_device, join_ranks, launch
from crysformer.recipe import LOSSES, Recipe
from crysformer.schedule import Budget
from crysformer.train import Trainer
from crysformer.training_data import find_keys, fit_scalings, load_split

Setting = bool | int | float | str

CACHE = Path.home() / ".cache" / "crysformer" / "graphs"
"""Where graph stores are kept between runs."""


def train(options: Namespace, arguments: list[str]) -> None:
    """Train, resume or finish a run as the command line asks.

    Raises:
        CrysformerError: An option, file or state cannot be used.
    """
    recipe = read_recipe(options)
    device = choose_device(options.device)
    folders = [Path(folder) for folder in options.data]
    rule = recipe.model.neighbour_rule
    if not _is_rank():
        # Graphs are built by all cores before the ranks start and share them.
        keys = find_keys(folders)
        for split in ("train", "val"):
            load_split(folders, split, keys, rule, CACHE)
        launch(arguments, device, options.processes)
    ranks = join_ranks(device)
    keys = find_keys(folders)
    splits = [load_split(folders, s, keys, rule, CACHE) for s in ("train", "val")]
    _start(recipe, options, keys, splits, ranks)


def read_recipe(options: Namespace) -> Recipe:
    """Preset and ``--set`` overrides to a recipe.

    Raises:
        SettingsError: A setting is unknown or its value has the wrong type.
    """
    of_model: dict[str, Setting] = {}
    of_recipe: dict[str, Setting] = {}
    model_defaults = ModelConfig().to_dict()
    recipe_defaults = asdict(Recipe()) | {"model": None}
    for item in options.set:
        name, _, text = item.partition("=")
        if isinstance(recipe_defaults.get(name), Setting):
            of_recipe[name] = _parse(name, text, recipe_defaults[name])
        elif name in model_defaults:
            of_model[name] = _parse(name, text, model_defaults[name])
        else:
            known = sorted({*model_defaults, *recipe_defaults} - {"model"})
            raise SettingsError(f"There is no setting {name!r}; there are {known}.")
    return replace(Recipe(model=get_preset(options.preset, **of_model)), **of_recipe)


def write_description(out: Path, folders: list[Path], recipe: Recipe) -> None:
    """Note beside a run's states which data and settings it uses."""
    out.mkdir(parents=True, exist_ok=True)
    description = {
        "data": [str(folder.resolve()) for folder in folders],
        "recipe": asdict(recipe),
    }
    (out / "run.json").write_text(json.dumps(description, indent=1) + "\n")


def _parse(name: str, text: str, default: Setting) -> Setting:
    """Read a value of the type that a setting has."""
    try:
        if isinstance(default, bool):
            return {"true": True, "false": False}[text.lower()]
        if isinstance(default, str):
            return LOSSES[LOSSES.index(text)]
        return type(default)(text)
    except (KeyError, ValueError):
        expected = LOSSES if isinstance(default, str) else type(default).__name__
        raise SettingsError(
            f"The setting {name} cannot be {text!r}; expected {expected}."
        ) from None


def _is_rank() -> bool:
    return "RANK" in os.environ


def _start(
    recipe: Recipe, options: Namespace, keys: list[str], splits: list, ranks: Ranks
) -> None:
    train_data, val_data = splits
    scalings = fit_scalings(train_data, keys)
    start = load_checkpoint(options.start_from) if options.start_from else None
    if start is not None:
        if start.keys != keys or start.model.config != recipe.model:
            raise SettingsError(
                f"Model {options.start_from!r} has other properties or another "
                "architecture than this run."
            )
        scalings = list(start.scalings)
    out = Path(options.out)
    trainer = Trainer(recipe, scalings, train_data, val_data, out, ranks)
    if options.resume:
        trainer.resume()
    elif (out / "state.pt").exists():
        raise SettingsError(f"{out} already holds a run; add --resume to go on with it.")
    elif start is not None:
        trainer.start_from(start.model)
    if ranks.is_first:
        write_description(out, [Path(folder) for folder in options.data], recipe)
    trainer.fit(Budget(options.hours, options.steps))

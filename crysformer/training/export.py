"""A training run's best averaged weights to a folder under weights/, with its card.

A model that ships can be calibrated again, where intervals or novelty have learnt better:
its weights and their history stay as they are.
"""

import json
import shutil
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch

from crysformer.errors import DataError
from crysformer.evaluation.evaluate import Evaluation, evaluate_data
from crysformer.evaluation.golden import write_golden
from crysformer.evaluation.validation_table import write_validation_table
from crysformer.model import files
from crysformer.model.checkpoint import (
    Checkpoint,
    load_checkpoint,
    output_keys,
    save_checkpoint,
)
from crysformer.model.checksums import read_verified, write_checksums
from crysformer.model.config import ModelConfig
from crysformer.model.network import Crysformer
from crysformer.paths import weights_folder
from crysformer.properties.scaling import Scaling
from crysformer.properties.table import PROPERTIES
from crysformer.training.card import checksums, validation_card, write_card
from crysformer.training.judge import Judged, Splits, judge
from crysformer.training.left_out import LeftOut
from crysformer.training.run_folder import RunFolder

HALF_TOLERANCE = 0.005
"""Relative change of a validation error below which weights are stored in halves."""

SAME_DATA = 5e-4
"""Relative difference from the errors a run recorded that arithmetic explains."""


def export(
    run: Path,
    name: str,
    root: Path | None = None,
    *,
    data: Sequence[Path] | None = None,
    max_angles: int | None = None,
) -> Path:
    """Write the best weights of a run, validated once more, and their card.

    Args:
        run: Folder of the run.
        name: Name of the model, a folder under ``root``.
        root: Folder of the models; without it the bundled ones.
        data: Where the run's data folders are today; without it where they were.
        max_angles: The run's limit of angles, if its description does not say it.

    Returns:
        The folder written.

    Raises:
        DataError: The run has no validated weights, its data are gone or are others than
            it recorded, or the name cannot be that of a folder.
    """
    if Path(name).name != name or name in ("", ".", ".."):
        raise DataError(
            f"{name!r} is not a valid model name: it becomes the name of a folder."
        )
    state, description = RunFolder(run).best(), RunFolder(run).description()
    left_out = RunFolder(run).left_out()
    if max_angles is not None:
        left_out = replace(left_out, max_angles=max_angles)
    scalings = tuple(Scaling.from_dict(item) for item in state["scalings"])
    config = ModelConfig.from_dict(state["recipe"]["model"])
    model = Crysformer(config, len(output_keys(scalings)))
    model.load_state_dict(state["average"])
    model.eval().requires_grad_(False)

    folders = [Path(folder) for folder in data or description["data"]]
    keys = [scaling.key for scaling in scalings]
    splits = Splits.load(folders, keys, config.neighbour_rule, left_out)
    dtype, found = _smallest_type(model, scalings, splits, state["metrics"]["val"])
    judged = judge(model, scalings, splits, found)
    card = write_card(
        name,
        model,
        state,
        description,
        folders,
        splits.train,
        splits.left_out,
        validation_card(judged.found, judged.apart),
    )
    checkpoint = Checkpoint(
        name, model, scalings, card, judged.intervals, judged.novelty, judged.stability
    )
    curve = "".join(json.dumps(record) + "\n" for record in state["curve"])
    return _write(checkpoint, dtype, judged, root, {files.CURVES: curve.encode()})


def recalibrate(
    name: str,
    data: Sequence[Path],
    root: Path | None = None,
    *,
    exclude: Path | None = None,
) -> Path:
    """Judge a model once more, and write what says how far it can be trusted.

    Args:
        name: Of the model.
        data: The folders that it learnt from.
        root: Folder of the models; without it the bundled ones.
        exclude: The list of training crystals that its run left out.

    Returns:
        The folder written.

    Raises:
        DataError: The data are others than those of the model's card.
        WeightsError: There is no such model, or it is damaged.
    """
    root = root or weights_folder()
    old = load_checkpoint(name, root)
    told = old.card["training_data"]
    if checksums(data) != told["files"]:
        raise DataError(f"The files in {_words(data)} are not those {name} learnt from.")
    limit = told.get("left_out", {}).get("angles", {}).get("most")
    left_out = LeftOut.read(exclude, limit)
    rule = old.model.config.neighbour_rule
    splits = Splits.load(data, old.keys, rule, left_out)
    if splits.left_out != told.get("left_out", {}):
        raise DataError(
            f"{name} left out {told.get('left_out', {})}, not {splits.left_out}."
        )
    found = evaluate_data(old.model, old.scalings, splits.val, "cpu")
    judged = judge(old.model, old.scalings, splits, found)
    said = validation_card(judged.found, judged.apart)
    del said["crystals"]
    card = {**old.card, "validation": {**old.card["validation"], **said}}
    checkpoint = replace(
        old,
        card=card,
        intervals=judged.intervals,
        novelty=judged.novelty,
        stability=judged.stability,
    )
    kept = {
        file: read_verified(root / name, file)
        for file in (files.CURVES, files.GOLDEN, files.SMOOTHNESS)
        if (root / name / file).is_file()
    }
    dtype = torch.float16 if _fits_halves(old.model) else torch.float32
    return _write(checkpoint, dtype, judged, root, kept)


def _write(
    checkpoint: Checkpoint,
    dtype: torch.dtype,
    judged: Judged,
    root: Path | None,
    more: dict[str, bytes],
) -> Path:
    """Write a folder beside the old one and move it: no reader sees half a model."""
    root, name = root or weights_folder(), checkpoint.name
    root.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=root, prefix=".export-") as fresh:
        folder = Path(fresh) / name
        save_checkpoint(checkpoint, folder, dtype)
        for file, content in more.items():
            (folder / file).write_bytes(content)
        write_validation_table(judged.table, folder)
        if files.GOLDEN not in more:
            write_golden(name, Path(fresh))
        by_hand = root / name / files.ABLATIONS  # of the architecture
        if by_hand.is_file():
            shutil.copy(by_hand, folder)
        write_checksums(folder)
        _put_in_place(folder, root / name)
    return root / name


def _put_in_place(folder: Path, place: Path) -> None:
    """Move a model to its place; the one that was there comes back if that fails."""
    old = folder.with_name("replaced")
    if place.exists():
        place.rename(old)
    try:
        folder.rename(place)
    except BaseException:
        if old.exists():
            old.rename(place)
        raise


def _smallest_type(
    model: Crysformer,
    scalings: tuple[Scaling, ...],
    splits: Splits,
    recorded: dict[str, Any],
) -> tuple[torch.dtype, Evaluation]:
    """Half precision if no validation error notices it, and that choice's predictions."""
    full = evaluate_data(model, scalings, splits.val, "cpu")
    errors = full.errors()
    for key, error in errors.items():
        # What symmetry makes zero may be known better now than to the run.
        moved = abs(error.mae / recorded[key]["mae"] - 1.0) > SAME_DATA
        if moved and not PROPERTIES[key].piezoelectric:
            raise DataError(
                f"The error of {key} is {error.mae:.6g}, where the run recorded "
                f"{recorded[key]['mae']:.6g}: these are not its validation crystals."
            )
    exact = {key: value.clone() for key, value in model.state_dict().items()}
    model.load_state_dict({key: value.half().float() for key, value in exact.items()})
    halved = evaluate_data(model, scalings, splits.val, "cpu")
    halved_errors = halved.errors()
    change = max(abs(halved_errors[key].mae / errors[key].mae - 1.0) for key in errors)
    if change < HALF_TOLERANCE:
        return torch.float16, halved
    model.load_state_dict(exact)
    return torch.float32, full


def _fits_halves(model: Crysformer) -> bool:
    """Whether every weight is a number that half precision holds."""
    tensors = model.state_dict().values()
    return all(torch.equal(each.half().float(), each) for each in tensors)


def _words(folders: Iterable[Path]) -> str:
    return ", ".join(str(folder) for folder in folders)

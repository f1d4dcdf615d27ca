"""A training run's best averaged weights to a folder under weights/, with its card."""

import hashlib
import json
import shutil
import tempfile
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from crysformer.data.dataset import Dataset
from crysformer.errors import DataError
from crysformer.evaluation.calibration import (
    calibrate,
    coverage_by_band,
    coverage_card,
    cross_checked,
)
from crysformer.evaluation.evaluate import Evaluation, evaluate_data
from crysformer.evaluation.golden import write_golden
from crysformer.evaluation.validation_table import (
    validation_table,
    write_validation_table,
)
from crysformer.graph.arrays import GraphArrays
from crysformer.model import files
from crysformer.model.checkpoint import Checkpoint, output_keys, save_checkpoint
from crysformer.model.config import ModelConfig
from crysformer.model.inference import predict_graphs
from crysformer.model.network import Crysformer
from crysformer.paths import weights_folder
from crysformer.properties.scaling import Scaling
from crysformer.properties.table import PROPERTIES
from crysformer.training.datasets import load_split
from crysformer.training.novelty_fit import Known, core_rows, fit_novelty, separation
from crysformer.training.run_folder import RunFolder
from crysformer.training.start import CACHE
from crysformer.training.trainer import END_MARGIN
from crysformer.trust.novelty import NoveltyModel

HALF_TOLERANCE = 0.005
"""Relative change of a validation error below which weights are stored in halves."""

INTERVALS_NOTE = (
    "90 %, conformal, calibrated on the validation crystals in bands of novelty, twins "
    "of training crystals apart; for coverage and width each half of them (the first: "
    "identifiers whose sha256 has an even first byte) has intervals that are calibrated "
    "on the other half; twins are one kind of the group novelty and belong to no other"
)

FINGERPRINTS_NOTE = (
    "a crystal counts as a training crystal by its composition and seven means over its "
    "bonds and angles; in JARVIS-DFT, StructureMatcher agreed on 138 of 150 counted as "
    "the same and on 65 of 150 counted as close"
)

CITATIONS = {
    "JARVIS": "Choudhary et al., npj Comput. Mater. 6, 173 (2020), "
    "doi:10.1038/s41524-020-00440-1; data on figshare, CC BY 4.0",
    "Materials Project": "Jain et al., APL Mater. 1, 011002 (2013), "
    "doi:10.1063/1.4812323; Chen et al., Chem. Mater. 31, 3564 (2019), "
    "doi:10.1021/acs.chemmater.9b01294; CC BY 4.0",
}


def export(run: Path, name: str, root: Path | None = None) -> Path:
    """Write the best weights of a run, validated once more, and their card.

    Args:
        run: Folder of the run.
        name: Name of the model, a folder under ``root``.
        root: Folder of the models; without it the bundled ones.

    Returns:
        The folder written.

    Raises:
        DataError: The run has no validated weights, its data are gone, or the name cannot
            be that of a folder.
    """
    if Path(name).name != name or name in ("", ".", ".."):
        raise DataError(
            f"{name!r} is not a valid model name: it becomes the name of a folder."
        )
    state, description = RunFolder(run).best(), RunFolder(run).description()
    scalings = tuple(Scaling.from_dict(item) for item in state["scalings"])
    config = ModelConfig.from_dict(state["recipe"]["model"])
    model = Crysformer(config, len(output_keys(scalings)))
    model.load_state_dict(state["average"])
    model.eval().requires_grad_(False)

    folders = [Path(folder) for folder in description["data"]]
    keys = [scaling.key for scaling in scalings]
    rule = config.neighbour_rule
    val = load_split(folders, "val", keys, rule, CACHE)
    train = load_split(folders, "train", keys, rule, CACHE)
    dtype, found = _smallest_type(model, scalings, val)
    novelty, apart = _novelty(model, scalings, train, found, folders)
    found = found.judged(novelty)
    intervals = calibrate(found)
    found = cross_checked(found)
    card = _card(name, model, state, description, folders, train, found)
    card["validation"]["novelty"] = apart
    card["validation"]["fingerprints"] = FINGERPRINTS_NOTE
    root = root or weights_folder()
    # Everything is written beside the old folder and moved: no reader sees half a model.
    root.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=root, prefix=".export-") as fresh:
        folder = Path(fresh) / name
        checkpoint = Checkpoint(name, model, scalings, card, intervals, novelty)
        save_checkpoint(checkpoint, folder, dtype)
        curve = "".join(json.dumps(record) + "\n" for record in state["curve"])
        (folder / files.CURVES).write_text(curve, encoding="utf-8")
        write_validation_table(validation_table(found), folder)
        write_golden(name, Path(fresh))
        by_hand = root / name / files.ABLATIONS  # of the architecture
        if by_hand.is_file():
            shutil.copy(by_hand, folder)
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
    model: Crysformer, scalings: tuple[Scaling, ...], val: Dataset
) -> tuple[torch.dtype, Evaluation]:
    """Half precision if no validation error notices it, and that choice's predictions."""
    full = evaluate_data(model, scalings, val, "cpu")
    errors = full.errors()
    exact = {key: value.clone() for key, value in model.state_dict().items()}
    model.load_state_dict({key: value.half().float() for key, value in exact.items()})
    halved = evaluate_data(model, scalings, val, "cpu")
    halved_errors = halved.errors()
    change = max(abs(halved_errors[key].mae / errors[key].mae - 1.0) for key in errors)
    if change < HALF_TOLERANCE:
        return torch.float16, halved
    model.load_state_dict(exact)
    return torch.float32, full


def _novelty(
    model: Crysformer,
    scalings: Sequence[Scaling],
    train: Dataset,
    found: Evaluation,
    folders: list[Path],
) -> tuple[NoveltyModel, dict[str, Any]]:
    """The score of novelty, and what it tells apart."""

    def represent(graphs: Sequence[GraphArrays]) -> NDArray:
        ones = np.ones(len(graphs))
        return predict_graphs(model, scalings, graphs, ones, ones).representations

    graphs = [train.graphs[row] for row in range(len(train))]
    core = represent([graphs[row] for row in core_rows(len(graphs))])
    data = found.data
    val = Known(
        [data.graphs[row] for row in range(len(data))],
        data.volumes,
        found.representations,
    )
    novelty = fit_novelty(Known(graphs, train.volumes, core), val)
    scores = novelty.score(novelty.numbers(val.graphs, val.representations, val.volumes))
    val_files = [folder / "val.jsonl.gz" for folder in folders]
    rule = model.config.neighbour_rule
    return novelty, separation(novelty, scores, val_files, rule, represent)


def _card(
    name: str,
    model: Crysformer,
    state: dict[str, Any],
    description: dict[str, Any],
    folders: list[Path],
    train: Dataset,
    found: Evaluation,
) -> dict[str, Any]:
    """Everything a reader must know to judge the model."""
    record, errors = state["metrics"], found.errors()
    numbers = sorted({int(z) for z in train.graphs.arrays["atomic_numbers"]})
    sources = {PROPERTIES[key].source for key in errors}
    return {
        "model": name,
        "date": date.today().isoformat(),
        "architecture": {
            "class": "Crysformer",
            "paper": "Wang et al., Chinese Physics B 32, 090703 (2023)",
            "parameters": sum(p.numel() for p in model.parameters()),
            **model.config.to_dict(),
        },
        "training_data": {
            "files": {
                str(Path(folder.name) / f"{split}.jsonl.gz"): _sha256(
                    folder / f"{split}.jsonl.gz"
                )
                for folder in folders
                for split in ("train", "val")
            },
            "crystals": {"train": len(train), "val": len(found.data)},
            "citations": [
                text
                for word, text in CITATIONS.items()
                if any(word in source for source in sources)
            ],
        },
        "split": "the train and val files named above; no other crystal was used",
        "recipe": {
            **{k: v for k, v in state["recipe"].items() if k != "model"},
            "steps": record["step"],
            "passes": round(record["passes"], 2),
            "hours": round(record["hours"], 3),
            **{key: description[key] for key in ("command", "machine", "torch")},
            "before": description.get("before"),
        },
        "validation": {
            "weights": "exponential moving average",
            "selected_by": "lowest mean of MAE / MAD over the properties, weighted as "
            "their labels are in training, among all validations of the run, that is by "
            f"these very errors; the end of the decay if it is within {END_MARGIN:.1%}",
            "errors": {
                key: {
                    "unit": PROPERTIES[key].unit,
                    "mae": float(f"{error.mae:.6g}"),
                    "rmse": float(f"{error.rmse:.6g}"),
                    "mad": float(f"{error.mad:.6g}"),
                    "n": error.n,
                }
                for key, error in errors.items()
            },
            "intervals": INTERVALS_NOTE,
            "coverage": coverage_card(found),
            "coverage_by_novelty": coverage_by_band(found),
            "table": f"{files.VALIDATION}, one row for each crystal and property with a "
            "label",
        },
        "limits": {
            "atomic_numbers_seen": numbers,
            "largest_cell_seen": int(train.num_sites.max()),
            "structures": "relaxed three-dimensional crystals; spin, charge and "
            "temperature are not inputs; mirror images get equal "
            "predictions",
        },
        "attention": {
            "definition": "softmax over the bonds of one centre atom (atomistic graph) "
            "or the angles at one bond (line graph), per module, block and head",
            "caveat": "a weight is not an effect",
        },
        "learning_curves": f"{files.CURVES}, one validation of the averaged weights a "
        "line",
        "licence": {"code_and_weights": "MIT", "data": "see training_data.citations"},
    }


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()

"""The card of an exported model: all that a reader must know to judge it."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from crysformer.data.dataset import Dataset
from crysformer.evaluation.calibration import coverage_by_band, coverage_card
from crysformer.evaluation.evaluate import Evaluation
from crysformer.model import files
from crysformer.model.network import Crysformer
from crysformer.properties.table import PROPERTIES
from crysformer.training.trainer import END_MARGIN

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


def write_card(
    name: str,
    model: Crysformer,
    state: Mapping[str, Any],
    description: Mapping[str, Any],
    folders: Sequence[Path],
    train: Dataset,
    left_out: Mapping[str, Any],
    validation: Mapping[str, Any],
) -> dict[str, Any]:
    """Write down what a run was and what came of it.

    Args:
        name: Name of the model.
        model: The network.
        state: Of the run's best weights.
        description: Of the run.
        folders: Data folders it learnt from.
        train: Training crystals it learnt from.
        left_out: What it left out of its folders, see ``LeftOut.card``.
        validation: See ``validation_card``.
    """
    record = state["metrics"]
    numbers = sorted({int(z) for graph in train.graphs for z in graph.atomic_numbers})
    sources = {PROPERTIES[key].source for key in validation["errors"]}
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
            "files": checksums(folders),
            "crystals": {"train": len(train), "val": validation["crystals"]},
            **({"left_out": dict(left_out)} if left_out else {}),
            "citations": [
                text
                for word, text in CITATIONS.items()
                if any(word in source for source in sources)
            ],
        },
        "split": "the train and val files named above"
        + (" but for what was left out" if left_out else "")
        + "; no other crystal was used",
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
            **{key: part for key, part in validation.items() if key != "crystals"},
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


def validation_card(found: Evaluation, apart: Mapping[str, Any]) -> dict[str, Any]:
    """Write down what validation says of a network.

    Args:
        found: Of the validation crystals, with intervals for the check.
        apart: How well novelty tells wrong crystals, see ``novelty_fit.separation``.
    """
    return {
        "crystals": len(found.data),
        "errors": {
            key: {
                "unit": PROPERTIES[key].unit,
                "mae": float(f"{error.mae:.6g}"),
                "rmse": float(f"{error.rmse:.6g}"),
                "mad": float(f"{error.mad:.6g}"),
                "n": error.n,
            }
            for key, error in found.errors().items()
        },
        "intervals": INTERVALS_NOTE,
        "coverage": coverage_card(found),
        "coverage_by_novelty": coverage_by_band(found),
        "table": f"{files.VALIDATION}, one row for each crystal and property with a "
        "label",
        "novelty": dict(apart),
        "fingerprints": FINGERPRINTS_NOTE,
    }


def checksums(folders: Sequence[Path]) -> dict[str, str]:
    """Return the sha256 of every training and validation file, by folder and name."""
    return {
        f"{folder.name}/{split}.jsonl.gz": hashlib.sha256(
            (folder / f"{split}.jsonl.gz").read_bytes()
        ).hexdigest()
        for folder in folders
        for split in ("train", "val")
    }

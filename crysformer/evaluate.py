"""Errors of a bundled model on a data file, and its predictions as a table."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from crysformer.data import Dataset, load_dataset
from crysformer.inference import predict_graphs
from crysformer.metrics import PropertyError, property_error
from crysformer.predict import Predictor
from crysformer.targets import Scaling


@dataclass(frozen=True)
class Evaluation:
    """Predictions beside labels for every crystal of a file.

    Attributes:
        data: The crystals and their labels.
        keys: Properties, one per column.
        predictions: In the properties' units, (crystals, properties).
    """

    data: Dataset
    keys: list[str]
    predictions: NDArray[np.float64]

    def errors(self) -> dict[str, PropertyError]:
        """Errors of every property that has labels in the file."""
        errors = {
            key: property_error(self.data.values[:, column], self.predictions[:, column])
            for column, key in enumerate(self.keys)
        }
        return {key: error for key, error in errors.items() if error.n}

    def write_csv(self, path: Path) -> None:
        """Write id, property, target, prediction for every known label."""
        with path.open("w", newline="", encoding="utf-8") as file:
            table = csv.writer(file)
            table.writerow(("id", "property", "target", "prediction"))
            for row, name in enumerate(self.data.ids):
                for column, key in enumerate(self.keys):
                    target = float(self.data.values[row, column])
                    if not np.isnan(target):
                        prediction = float(self.predictions[row, column])
                        table.writerow((name, key, target, prediction))


def evaluate(predictor: Predictor, path: Path) -> Evaluation:
    """Predict every crystal of a data file.

    Args:
        predictor: Loaded model.
        path: Gzipped JSON lines.

    Raises:
        DataError: The file cannot be read.
    """
    checkpoint = predictor.checkpoint
    rule = predictor.model.config.neighbour_rule
    data = load_dataset(path, checkpoint.keys, rule)
    return evaluate_data(predictor.model, checkpoint.scalings, data, predictor.device)


def evaluate_data(
    model: nn.Module,
    scalings: Sequence[Scaling],
    data: Dataset,
    device: torch.device | str,
) -> Evaluation:
    """Predict every crystal of a loaded data set."""
    graphs = [data.graphs[row] for row in range(len(data))]
    predictions = predict_graphs(
        model, scalings, graphs, data.num_sites, data.formula_atoms, device
    )
    return Evaluation(data, [scaling.key for scaling in scalings], predictions)

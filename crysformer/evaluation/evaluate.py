"""Errors of a bundled model on a data file, and its predictions as a table."""

import csv
import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from crysformer.data.dataset import Dataset, load_dataset
from crysformer.errors import DataError
from crysformer.model.inference import predict_graphs
from crysformer.predict.predictor import Predictor
from crysformer.properties.metrics import (
    Coverage,
    PropertyError,
    interval_coverage,
    property_error,
)
from crysformer.properties.scaling import Scaling
from crysformer.trust.bands import bands_of
from crysformer.trust.intervals import Intervals
from crysformer.trust.novelty import Novelty, NoveltyModel

_COLUMNS = ("id", "property", "target", "prediction")


@dataclass(frozen=True)
class Evaluation:
    """Predictions beside labels for every crystal of a file.

    Attributes:
        data: The crystals and their labels.
        keys: Properties, one per column.
        predictions: In the properties' units, (crystals, properties).
        representations: Of the trunk, (crystals, width).
        exact: Which predictions are zero by symmetry, (crystals, properties).
        bounds: Ends of the intervals, (crystals, properties, 2); NaN, or None for all,
            where there is none.
        novelties: How far each crystal is from the training data; empty until ``judged``.
    """

    data: Dataset
    keys: list[str]
    predictions: NDArray[np.float64]
    representations: NDArray[np.float64]
    exact: NDArray[np.bool_]
    bounds: NDArray[np.float64] | None = None
    novelties: Sequence[Novelty] = ()

    @property
    def bands(self) -> NDArray[np.int64]:
        """Place of each crystal in ``bands.BANDS``."""
        return bands_of(self.novelties)

    def judged(self, model: NoveltyModel | None) -> "Evaluation":
        """The same with the novelty of every crystal, if a model can tell."""
        if model is None:
            return self
        data = self.data
        graphs = [data.graphs[row] for row in range(len(data))]
        found = model.novelty(graphs, self.representations, data.volumes)
        return replace(self, novelties=found)

    def errors(self) -> dict[str, PropertyError]:
        """Errors of every property that has labels in the file."""
        errors = {
            key: property_error(self.data.values[:, column], self.predictions[:, column])
            for column, key in enumerate(self.keys)
        }
        return {key: error for key, error in errors.items() if error.n}

    def with_intervals(self, intervals: Intervals | None) -> "Evaluation":
        """The same, once judged, with the ends of a model's intervals, if it has any."""
        if intervals is None or not self.novelties:
            return self
        bounds = intervals.bounds(
            self.predictions,
            self.representations,
            self.data.num_sites,
            self.data.formula_atoms,
            self.bands,
            self.exact,
        )
        return replace(self, bounds=bounds)

    def coverage(self, column: int, rows: NDArray[np.bool_] | None = None) -> Coverage:
        """How often the intervals of a property hold, over some or all crystals.

        What symmetry makes exactly zero has no interval that could hold.
        """
        if self.bounds is None:
            return interval_coverage(np.empty(0), np.empty((0, 2)))
        chosen = ~self.exact[:, column]
        if rows is not None:
            chosen &= rows
        return interval_coverage(
            self.data.values[chosen, column], self.bounds[chosen, column]
        )

    def coverages(self) -> dict[str, Coverage]:
        """Coverage of every property that has labels and intervals."""
        found = {key: self.coverage(column) for column, key in enumerate(self.keys)}
        return {key: coverage for key, coverage in found.items() if coverage.n}

    def write_csv(self, path: Path) -> None:
        """Write id, property, target, prediction for every known label.

        Raises:
            DataError: The file cannot be written.
        """
        try:
            self._write_csv(path)
        except OSError as error:
            raise _unwritable(path, error) from error

    def _write_csv(self, path: Path) -> None:
        place = Path(os.path.realpath(path))
        part = place.with_name(f".{place.name}.part")
        with part.open("w", newline="", encoding="utf-8") as file:
            table = csv.writer(file)
            table.writerow(_COLUMNS)
            for row, name in enumerate(self.data.ids):
                for column, key in enumerate(self.keys):
                    target = float(self.data.values[row, column])
                    if not np.isnan(target):
                        prediction = float(self.predictions[row, column])
                        table.writerow((name, key, target, prediction))
        part.replace(place)


def check_writable(path: Path) -> None:
    """Refuse a file that cannot or must not be written before anything is computed.

    A file that was not there is not there afterwards either.

    Raises:
        DataError: It cannot, or it is there and is no table of ``write_csv``.
    """
    try:
        before = os.path.lexists(path)
        if path.exists() and not (path.is_dir() or _is_table(path)):
            raise DataError(
                f"{path} is there already and is not a table of this command; choose "
                "another file."
            )
        path.open("a", encoding="utf-8").close()
        if not before:
            path.unlink()
    except OSError as error:
        raise _unwritable(path, error) from error


def _is_table(path: Path) -> bool:
    if not path.is_file():  # Opening a pipe would wait.
        return False
    header = ",".join(_COLUMNS).encode()
    with path.open("rb") as file:
        return file.readline(len(header) + 2).strip() == header


def _unwritable(path: Path, error: OSError) -> DataError:
    return DataError(f"{path} cannot be written: {error.strerror}.")


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
    evaluation = evaluate_data(
        predictor.model, checkpoint.scalings, data, predictor.device
    )
    return evaluation.judged(checkpoint.novelty).with_intervals(checkpoint.intervals)


def evaluate_data(
    model: nn.Module,
    scalings: Sequence[Scaling],
    data: Dataset,
    device: torch.device | str,
) -> Evaluation:
    """Predict every crystal of a loaded data set."""
    graphs = [data.graphs[row] for row in range(len(data))]
    predicted = predict_graphs(
        model, scalings, graphs, data.num_sites, data.formula_atoms, device
    )
    return Evaluation(data, [scaling.key for scaling in scalings], *predicted)

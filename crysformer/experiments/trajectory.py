"""Every crystal of a file predicted in batches: how properties go over the frames."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from pymatgen.core import Structure

from crysformer.arrays import FloatArray
from crysformer.properties.metals import is_metal
from crysformer.properties.table import PROPERTIES

# The type alone, so that a page can import this before torch.
if TYPE_CHECKING:
    from crysformer.predict.prediction import Prediction
    from crysformer.predict.predictor import Predictor

# Few enough for progress to be seen.
BATCH_CRYSTALS, BATCH_ATOMS = 32, 500


@dataclass(frozen=True)
class Trace:
    """Properties over the frames of a file.

    Attributes:
        values: By property, value and both ends of the 90 % interval (frames, 3), never
            below zero where physics forbids that; NaN where there are none. Properties
            that no frame has are left out.
        failed: Frames that could not be predicted.
    """

    values: Mapping[str, FloatArray]
    failed: int


def trace_frames(
    predictor: "Predictor",
    structures: Sequence[Structure],
    report: Callable[[float, str], None],
) -> Trace:
    """Predict crystals one batch after another.

    Args:
        predictor: The model.
        structures: The crystals.
        report: Called with the share that is done, and what is being done.
    """
    rows: list[dict[str, FloatArray]] = []
    for batch in _batches(structures):
        report(len(rows) / len(structures), "Predicting every frame")
        rows += map(_row, predictor.predict_each(batch))
    nothing = np.full(3, np.nan)
    values = {
        key: np.array([row.get(key, nothing) for row in rows])
        for key in PROPERTIES
        if any(key in row for row in rows)
    }
    return Trace(values, sum(not row for row in rows))


def _row(found: "Prediction | str") -> dict[str, FloatArray]:
    """What is known of one frame; nothing where it could not be predicted.

    Whether atoms form layers is not asked: that takes longer than the prediction.
    """
    if isinstance(found, str):
        return {}
    undefined = {"layers", "gap"} if is_metal(found.shown) else {"layers"}
    row = {}
    for key in found.shown:
        if PROPERTIES[key].needs in undefined:
            continue
        ends = found.intervals.get(key, (np.nan, np.nan))
        least = 0.0 if PROPERTIES[key].non_negative else -np.inf
        row[key] = np.maximum([found.shown[key], *ends], least)
    return row


def _batches(structures: Sequence[Structure]) -> Iterator[list[Structure]]:
    batch: list[Structure] = []
    for structure in structures:
        atoms = sum(map(len, batch)) + len(structure)
        if batch and (len(batch) == BATCH_CRYSTALS or atoms > BATCH_ATOMS):
            yield batch
            batch = []
        batch.append(structure)
    if batch:
        yield batch

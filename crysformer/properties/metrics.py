"""Errors of predictions per property: what evaluate prints and cards record."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class PropertyError:
    """Errors of one property over the rows that have its label.

    Attributes:
        mae: Mean absolute error, in the property's unit.
        rmse: Root mean square error, in the property's unit.
        mad: Error of always guessing the mean of these rows.
        n: Rows.
    """

    mae: float
    rmse: float
    mad: float
    n: int


def property_error(targets: NDArray, predictions: NDArray) -> PropertyError:
    """Compare predictions with labels; NaN labels do not count."""
    known = ~np.isnan(targets)
    if not known.any():
        return PropertyError(float("nan"), float("nan"), float("nan"), 0)
    error = predictions[known] - targets[known]
    spread = targets[known] - targets[known].mean()
    return PropertyError(
        mae=float(np.abs(error).mean()),
        rmse=float(np.sqrt((error**2).mean())),
        mad=float(np.abs(spread).mean()),
        n=int(known.sum()),
    )


@dataclass(frozen=True)
class Coverage:
    """How often intervals contain the label.

    Attributes:
        coverage: Share of the rows.
        width: Mean width, in the property's unit.
        n: Rows with a label and an interval.
    """

    coverage: float
    width: float
    n: int


def interval_coverage(targets: NDArray, bounds: NDArray) -> Coverage:
    """Compare labels with intervals, (rows,) and (rows, 2); NaN does not count."""
    known = ~np.isnan(targets) & ~np.isnan(bounds).any(axis=1)
    if not known.any():
        return Coverage(float("nan"), float("nan"), 0)
    low, high = bounds[known].T
    inside = (targets[known] >= low) & (targets[known] <= high)
    return Coverage(
        coverage=float(inside.mean()), width=float((high - low).mean()), n=len(low)
    )

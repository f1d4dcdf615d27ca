"""90 % prediction intervals: they contain the computed value for nine crystals in ten.

Split conformal prediction with a local scale (J. Lei et al., J. Am. Stat. Assoc. 113,
1094 (2018)). The *difficulty* of a crystal is the mean error of the model for the
validation crystals that are most similar to it in the trunk's own representation. Over
the validation crystals, the errors divided by the difficulties are sorted; the one that
90 % do not exceed, times a new crystal's difficulty, is half the width of its interval.
For the check this is done on one half of them and tried on the other, and the other way
round (``evaluation.calibration``); what ships is calibrated on both halves.
Crystals that the model calls metals and the others have their own such number, where
there are enough of both: their errors are too different to be sorted together.

No crystal's own error enters its own difficulty: each is left out in turn. The promise
holds on average over crystals like the validation crystals, not for each kind of them,
and not for crystals far from them (``novelty.py``).

Everything happens on the scale on which a property is learnt: per atom where it counts
atoms, and as a logarithm where that is how it is learnt.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crysformer.properties.metals import METAL_GAP, overall_gap_column
from crysformer.properties.scaling import learnt_scale, shown_scale, sizes_of
from crysformer.properties.table import PROPERTIES
from crysformer.trust.principal_axes import PrincipalAxes, squared_distances

LEVEL = 0.9
"""Share of crystals whose computed value the interval contains."""


_AXES = 24
_NEIGHBOURS = 30
# The mean of a few errors is noise: it is drawn towards the mean of all as if that many
# more neighbours had it.
_PRIOR = 5.0
_GROUP = 150
_ROWS = 256
_LARGEST = 60_000.0  # What half precision holds.


def first_half(ids: Sequence[str]) -> NDArray[np.bool_]:
    """Which crystals are the first half of a check, by the identifier alone."""
    return np.array(
        [hashlib.sha256(name.encode()).digest()[0] % 2 == 0 for name in ids], dtype=bool
    )


@dataclass(frozen=True)
class Intervals:
    """Calibrated intervals of a model.

    Attributes:
        keys: Properties, in the order of all columns.
        axes: Where crystals are compared.
        points: The calibration crystals there, (crystals, axes).
        errors: Absolute errors as learnt, NaN where unknown, (crystals, properties).
        quantiles: Half the width in units of the difficulty for metals and for the
            others, NaN for a property with too few calibration crystals, (2, properties).
    """

    keys: tuple[str, ...]
    axes: PrincipalAxes
    points: NDArray[np.float32]
    errors: NDArray[np.float32]
    quantiles: NDArray[np.float64]

    def bounds(
        self,
        values: NDArray,
        representations: NDArray,
        num_sites: NDArray,
        formula_atoms: NDArray,
        exact: NDArray | bool = False,
    ) -> NDArray[np.float64]:
        """Lower and upper end for every prediction.

        Args:
            values: Predictions in the properties' units, (rows, properties).
            representations: Of the same crystals, (rows, width).
            num_sites: Atoms in each given cell.
            formula_atoms: Atoms in each reduced formula.
            exact: Which values are known by symmetry: both ends of these are the value.

        Returns:
            Ends in the properties' units, NaN without an interval, (rows, properties,
            2). Where a predicted value is raised to zero, so is the lower end.
        """
        group = _groups(self.keys, values)
        half = self.difficulty(representations) * self.quantiles[group]
        half = np.where(exact, 0.0, half)
        ends = np.empty((*values.shape, 2))
        for column, key in enumerate(self.keys):
            sizes = sizes_of(key, num_sites, formula_atoms)
            learnt = learnt_scale(key, values[:, column] / sizes)
            for end, sign in enumerate((-1.0, 1.0)):
                shown = shown_scale(key, learnt + sign * half[:, column]) * sizes
                floor = 0.0 if PROPERTIES[key].floor else -np.inf
                ends[:, column, end] = np.maximum(shown, floor)
        return ends

    def difficulty(self, representations: NDArray) -> NDArray[np.float64]:
        """Mean error of the most similar calibration crystals, (rows, properties)."""
        rows = self.axes(representations)
        return _local_errors(rows, self.points, self.errors, alone=False)

    def arrays(self) -> dict[str, NDArray]:
        """What is stored."""
        return {
            **self.axes.arrays(),
            "points": self.points.astype(np.float16),
            "errors": self.errors.astype(np.float16),
            "quantiles": self.quantiles,
        }

    @classmethod
    def of(cls, arrays: Mapping[str, NDArray], keys: Sequence[str]) -> "Intervals":
        """Read what ``arrays`` wrote.

        Raises:
            KeyError, ValueError: Arrays are missing or do not fit each other.
        """
        axes = PrincipalAxes.of(arrays)
        points, errors = arrays["points"], arrays["errors"]
        quantiles = arrays["quantiles"].astype(np.float64)
        count, width = len(points), len(keys)
        fits = points.shape == (count, axes.matrix.shape[1])
        if not fits or errors.shape != (count, width) or quantiles.shape != (2, width):
            raise ValueError(
                f"intervals of {errors.shape} errors for {points.shape} points and "
                f"{width} properties"
            )
        return cls(
            tuple(keys),
            axes,
            points.astype(np.float32),
            errors.astype(np.float32),
            quantiles,
        )


def fit_intervals(
    keys: Sequence[str],
    targets: NDArray,
    predictions: NDArray,
    representations: NDArray,
    num_sites: NDArray,
    formula_atoms: NDArray,
    exact: NDArray | bool = False,
) -> Intervals:
    """Calibrate on crystals with known values, which no later check may use.

    Args:
        keys: Properties, one per column.
        targets: Computed values, NaN where unknown, (rows, properties).
        predictions: Of the model, same shape.
        representations: Of the trunk, (rows, width).
        num_sites: Atoms in each cell.
        formula_atoms: Atoms in each reduced formula.
        exact: Which predictions are known by symmetry: they calibrate nothing.
    """
    errors = np.empty(targets.shape)
    for column, key in enumerate(keys):
        sizes = sizes_of(key, num_sites, formula_atoms)
        errors[:, column] = np.abs(
            learnt_scale(key, targets[:, column] / sizes)
            - learnt_scale(key, predictions[:, column] / sizes)
        )
    errors = np.where(exact, np.nan, np.minimum(errors, _LARGEST))
    axes = PrincipalAxes.fit(representations, _AXES)
    # Rounded as they will be stored: what is calibrated is what ships.
    points = axes(representations).astype(np.float16).astype(np.float32)
    stored = errors.astype(np.float16).astype(np.float32)
    scores = errors / _local_errors(points, points, stored, alone=True)
    group = _groups(keys, predictions)
    quantiles = np.array([_group_quantiles(column, group) for column in scores.T]).T
    return Intervals(tuple(keys), axes, points, stored, quantiles)


def _groups(keys: Sequence[str], values: NDArray) -> NDArray[np.int64]:
    """0 for crystals that the model calls metals, 1 for the others, (rows,)."""
    gap = overall_gap_column(keys)
    if gap is None:
        return np.zeros(len(values), dtype=np.int64)
    return (values[:, gap] >= METAL_GAP).astype(np.int64)


def _group_quantiles(scores: NDArray, group: NDArray) -> tuple[float, float]:
    """The quantile of each group, or that of all if one of them is small."""
    parts = [scores[(group == number) & ~np.isnan(scores)] for number in (0, 1)]
    if min(map(len, parts)) < _GROUP:
        parts = [scores, scores]
    return conformal_quantile(parts[0]), conformal_quantile(parts[1])


def conformal_quantile(scores: NDArray) -> float:
    """The score that a new one does not exceed with probability ``LEVEL``.

    Scores that are NaN do not count. Of n others it is the ceil((n + 1) LEVEL)-th
    smallest; NaN where n is too small for that.
    """
    known = np.sort(scores[~np.isnan(scores)])
    # Rounded first: 0.9 * 10 is not quite 9 in binary.
    rank = int(np.ceil(np.round((len(known) + 1) * LEVEL, 9)))
    return float(known[rank - 1]) if rank <= len(known) else float("nan")


def _local_errors(
    rows: NDArray, points: NDArray, errors: NDArray, *, alone: bool
) -> NDArray[np.float64]:
    """Mean error of each row's nearest points that have one, (rows, properties).

    Args:
        rows: Where to look, (rows, axes).
        points: Calibration crystals, (points, axes).
        errors: Theirs, (points, properties).
        alone: The rows are the points; none is its own neighbour.
    """
    local = np.full((len(rows), errors.shape[1]), np.nan)
    columns = [
        (column, known)
        for column, known in enumerate(map(np.flatnonzero, ~np.isnan(errors.T)))
        if len(known) > 1
    ]
    for first in range(0, len(rows), _ROWS):
        block = slice(first, first + _ROWS)
        distances = squared_distances(rows[block], points)
        if alone:
            own = np.arange(len(distances))
            distances[own, first + own] = np.inf
        for column, known in columns:
            known_errors = errors[known, column].astype(np.float64)
            count = max(1, min(_NEIGHBOURS, len(known) // 4))
            near = np.argpartition(distances[:, known], count - 1, axis=1)[:, :count]
            mean = known_errors.mean()
            if alone:
                own_errors = errors[block, column].astype(np.float64)
                rest = (known_errors.sum() - own_errors) / (len(known) - 1)
                mean = np.where(np.isnan(own_errors), mean, rest)
            total = known_errors[near].sum(axis=1) + _PRIOR * mean
            # The floor keeps a model without errors from dividing zero by zero.
            local[block, column] = np.maximum(total / (count + _PRIOR), 1e-9)
    return local

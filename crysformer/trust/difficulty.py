"""How hard a crystal is for the model: its mean error for the most similar others.

Similar in the trunk's own representation, among crystals with known values that are not
in the training data. No crystal's own error enters its own difficulty: each is left out
in turn.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crysformer.properties.table import GAPS
from crysformer.trust.principal_axes import PrincipalAxes, squared_distances

_AXES = 24
_NEIGHBOURS = 60
# The mean of a few errors is noise: it is drawn towards the mean of all, which weighs
# this much beside it. Not so for gaps: most crystals are metals without any error, and
# the mean of all would hide which of them may have a gap.
_PRIOR, _GAP_PRIOR = 0.5, 0.0005
_ROWS = 256
_LARGEST = 60_000.0  # What half precision holds.


@dataclass(frozen=True)
class Difficulty:
    """Crystals with known errors, and where they are compared with others.

    Attributes:
        keys: Properties, in the order of all columns.
        axes: Where crystals are compared.
        points: Those with known errors there, (crystals, axes).
        errors: Absolute errors as learnt, NaN where unknown, (crystals, properties).
    """

    keys: tuple[str, ...]
    axes: PrincipalAxes
    points: NDArray[np.float32]
    errors: NDArray[np.float32]

    @classmethod
    def fit(
        cls, keys: Sequence[str], representations: NDArray, errors: NDArray
    ) -> "Difficulty":
        """Keep some crystals, rounded as they will be stored."""
        axes = PrincipalAxes.fit(representations, _AXES)
        points = axes(representations).astype(np.float16).astype(np.float32)
        errors = np.minimum(errors, _LARGEST).astype(np.float16).astype(np.float32)
        return cls(tuple(keys), axes, points, errors)

    def of_others(self, representations: NDArray) -> NDArray[np.float64]:
        """Difficulty of other crystals, (rows, properties)."""
        return self._local_errors(self.axes(representations), alone=False)

    def of_own(self) -> NDArray[np.float64]:
        """Difficulty of the crystals themselves, each without its own error."""
        return self._local_errors(self.points, alone=True)

    def _local_errors(self, rows: NDArray, *, alone: bool) -> NDArray[np.float64]:
        """Mean error of each row's nearest points that have one, (rows, properties).

        Args:
            rows: Where to look, (rows, axes).
            alone: The rows are the points; none is its own neighbour.
        """
        local = np.full((len(rows), len(self.keys)), np.nan)
        columns = [
            (column, known)
            for column, known in enumerate(map(np.flatnonzero, ~np.isnan(self.errors.T)))
            if len(known) > 1
        ]
        for first in range(0, len(rows), _ROWS):
            block = slice(first, first + _ROWS)
            distances = squared_distances(rows[block], self.points)
            if alone:
                own = np.arange(len(distances))
                distances[own, first + own] = np.inf
            for column, known in columns:
                errors = self.errors[known, column].astype(np.float64)
                count = max(1, min(_NEIGHBOURS, len(known) // 4))
                near = np.argpartition(distances[:, known], count - 1, axis=1)[:, :count]
                mean = errors.mean()
                if alone:
                    own_errors = self.errors[block, column].astype(np.float64)
                    rest = (errors.sum() - own_errors) / (len(known) - 1)
                    mean = np.where(np.isnan(own_errors), mean, rest)
                prior = _GAP_PRIOR if self.keys[column] in GAPS else _PRIOR
                drawn = (errors[near].mean(axis=1) + prior * mean) / (1.0 + prior)
                # The floor keeps a model without errors from dividing zero by zero.
                local[block, column] = np.maximum(drawn, 1e-9)
        return local

    def arrays(self) -> dict[str, NDArray]:
        """What is stored."""
        return {
            **self.axes.arrays(),
            "points": self.points.astype(np.float16),
            "errors": self.errors.astype(np.float16),
        }

    @classmethod
    def of(cls, arrays: Mapping[str, NDArray], keys: Sequence[str]) -> "Difficulty":
        """Read what ``arrays`` wrote.

        Raises:
            KeyError, ValueError: Arrays are missing or do not fit each other.
        """
        axes = PrincipalAxes.of(arrays)
        points, errors = arrays["points"], arrays["errors"]
        fits = points.shape == (len(points), axes.matrix.shape[1])
        if not fits or errors.shape != (len(points), len(keys)):
            raise ValueError(
                f"difficulty of {errors.shape} errors for {points.shape} points and "
                f"{len(keys)} properties"
            )
        return cls(
            tuple(keys), axes, points.astype(np.float32), errors.astype(np.float32)
        )

"""The trunk's representation of a crystal in few numbers, in which crystals are compared.

Each feature is brought to unit spread, then the directions of largest common spread are
kept as they are (our choice: brought to equal spread, or without the first step, the
nearest crystals foretold errors worse).
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class PrincipalAxes:
    """Principal directions of some representations.

    Attributes:
        mean: Of the representations they were found for, (width,).
        matrix: Takes a centred representation to its coordinates, (width, axes).
    """

    mean: NDArray[np.float32]
    matrix: NDArray[np.float32]

    def __call__(self, representations: NDArray) -> NDArray[np.float32]:
        """Coordinates of representations, (rows, width) -> (rows, axes)."""
        return (representations.astype(np.float32) - self.mean) @ self.matrix

    @classmethod
    def fit(cls, representations: NDArray, count: int) -> "PrincipalAxes":
        """Find the directions of largest spread."""
        mean = representations.mean(axis=0)
        spread = representations.std(axis=0)
        # A feature that never changes has no spread to be divided by.
        scale = np.where(spread > 1e-6 * max(spread.max(), 1e-30), spread, np.inf)
        covariance = np.cov(((representations - mean) / scale).T, bias=True)
        directions = np.linalg.eigh(np.atleast_2d(covariance)).eigenvectors
        matrix = directions[:, ::-1][:, :count] / scale[:, None]
        return cls(mean.astype(np.float32), matrix.astype(np.float32))

    def arrays(self) -> dict[str, NDArray]:
        """What is stored."""
        return {"mean": self.mean, "matrix": self.matrix}

    @classmethod
    def of(cls, arrays: Mapping[str, NDArray]) -> "PrincipalAxes":
        """Read what ``arrays`` wrote.

        Raises:
            KeyError, ValueError: Arrays are missing or do not fit each other.
        """
        mean, matrix = arrays["mean"], arrays["matrix"]
        if matrix.ndim != 2 or mean.shape != matrix.shape[:1]:
            raise ValueError(f"axes of shape {matrix.shape} for a mean of {mean.shape}")
        return cls(mean.astype(np.float32), matrix.astype(np.float32))


def squared_distances(rows: NDArray, others: NDArray) -> NDArray:
    """Squared distance of every row to every other, (rows, others)."""
    squares = (rows**2).sum(axis=1)[:, None] + (others**2).sum(axis=1)
    # Rounding leaves tiny negative numbers where two points coincide.
    return np.maximum(squares - 2.0 * rows @ others.T, 0.0)

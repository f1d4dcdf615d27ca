"""90 % prediction intervals: they contain the computed value for nine crystals in ten.

Split conformal prediction with a local scale (J. Lei et al., J. Am. Stat. Assoc. 113,
1094 (2018)). Over validation crystals, the errors divided by the *difficulties* of the
crystals (``difficulty.py``) are sorted; the one that 90 % do not exceed, times a new
crystal's difficulty, is half the width of its interval. This is done within groups
(``quantiles.py``): bands of novelty, and crystals that the model calls metals apart from
the others, because their errors are too different to be sorted together.
For the check this is done on one half of them and tried on the other, and the other way
round (``evaluation.calibration``); what ships is calibrated on both halves.

Crystals that are in the training data too, by their fingerprints, have errors a third as
large as the rest. They calibrate intervals of their own kind and of no others.

The promise holds on average over crystals of each group, not for each kind of them.
Beyond the 99th percentile of novelty too few crystals are known: intervals are
extrapolated there.

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
from crysformer.properties.table import OVERALL_GAPS, PROPERTIES
from crysformer.trust.bands import BANDS, TWINS
from crysformer.trust.difficulty import Difficulty
from crysformer.trust.quantiles import group_quantiles


def first_half(ids: Sequence[str]) -> NDArray[np.bool_]:
    """Which crystals are the first half of a check, by the identifier alone."""
    return np.array(
        [hashlib.sha256(name.encode()).digest()[0] % 2 == 0 for name in ids], dtype=bool
    )


@dataclass(frozen=True)
class Intervals:
    """Calibrated intervals of a model.

    Attributes:
        difficulty: How hard a crystal is for the model.
        quantiles: Half the width in units of the difficulty, for metals and the others,
            by band; NaN for a property with too few calibration crystals, (2, bands,
            properties).
    """

    difficulty: Difficulty
    quantiles: NDArray[np.float64]

    def bounds(
        self,
        values: NDArray,
        representations: NDArray,
        num_sites: NDArray,
        formula_atoms: NDArray,
        bands: NDArray,
        exact: NDArray | bool = False,
    ) -> NDArray[np.float64]:
        """Lower and upper end for every prediction.

        Args:
            values: Predictions in the properties' units, (rows, properties).
            representations: Of the same crystals, (rows, width).
            num_sites: Atoms in each given cell.
            formula_atoms: Atoms in each reduced formula.
            bands: Place of each crystal in ``bands.BANDS``.
            exact: Which values are known by symmetry: both ends of these are the value.

        Returns:
            Ends in the properties' units, NaN without an interval, (rows, properties,
            2). Where a predicted value is raised to zero, so is the lower end.
        """
        keys = self.difficulty.keys
        group = _others(keys, values).astype(int)
        columns = np.arange(len(keys))
        quantiles = self.quantiles[group, bands[:, None], columns]
        half = self.difficulty.of_others(representations) * quantiles
        half = np.where(exact, 0.0, half)
        ends = np.empty((*values.shape, 2))
        for column, key in enumerate(keys):
            sizes = sizes_of(key, num_sites, formula_atoms)
            learnt = learnt_scale(key, values[:, column] / sizes)
            for end, sign in enumerate((-1.0, 1.0)):
                shown = shown_scale(key, learnt + sign * half[:, column]) * sizes
                floor = 0.0 if PROPERTIES[key].floor else -np.inf
                ends[:, column, end] = np.maximum(shown, floor)
        return ends

    def arrays(self) -> dict[str, NDArray]:
        """What is stored."""
        return {**self.difficulty.arrays(), "quantiles": self.quantiles}

    @classmethod
    def of(cls, arrays: Mapping[str, NDArray], keys: Sequence[str]) -> "Intervals":
        """Read what ``arrays`` wrote.

        Raises:
            KeyError, ValueError: Arrays are missing or do not fit each other.
        """
        quantiles, expected = arrays["quantiles"], (2, len(BANDS), len(keys))
        if quantiles.shape != expected:
            raise ValueError(f"quantiles of shape {quantiles.shape}, not {expected}")
        return cls(Difficulty.of(arrays, keys), quantiles.astype(np.float64))


def fit_intervals(
    keys: Sequence[str],
    targets: NDArray,
    predictions: NDArray,
    representations: NDArray,
    num_sites: NDArray,
    formula_atoms: NDArray,
    bands: NDArray,
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
        bands: Place of each crystal in ``bands.BANDS``.
        exact: Which predictions are known by symmetry: they calibrate nothing.
    """
    errors = np.empty(targets.shape)
    for column, key in enumerate(keys):
        sizes = sizes_of(key, num_sites, formula_atoms)
        errors[:, column] = np.abs(
            learnt_scale(key, targets[:, column] / sizes)
            - learnt_scale(key, predictions[:, column] / sizes)
        )
    errors = np.where(exact, np.nan, errors)
    strangers = bands != TWINS
    difficulty = Difficulty.fit(keys, representations[strangers], errors[strangers])
    scale = np.empty(errors.shape)
    scale[strangers] = difficulty.of_own()
    scale[~strangers] = difficulty.of_others(representations[~strangers])
    quantiles = group_quantiles(errors / scale, _others(keys, predictions), bands)
    return Intervals(difficulty, quantiles)


def _others(keys: Sequence[str], values: NDArray) -> NDArray[np.bool_]:
    """Which crystals the model does not call metals, (rows, properties).

    A gap of a whole data set tells its own; the other properties go by the first of them.
    """
    first = overall_gap_column(keys)
    if first is None:
        return np.zeros(values.shape, dtype=bool)
    gap = [column if key in OVERALL_GAPS else first for column, key in enumerate(keys)]
    return values[:, gap] >= METAL_GAP

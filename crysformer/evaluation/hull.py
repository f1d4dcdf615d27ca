"""How often "likely stable" is right, measured on validation crystals.

Twins of training crystals are left out. Each half of the others is judged by
probabilities that are calibrated on the other half: none has a say in its own.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from crysformer.trust.stability import DISTANCES, HULL, LIKELY, fit_stability

_BINS = 10


@dataclass(frozen=True)
class HullCheck:
    """What was said of validation crystals and what was true.

    Attributes:
        targets: Computed energies above the hull, eV/atom, (crystals,).
        probabilities: Of each of ``DISTANCES``, (crystals, distances).
    """

    targets: NDArray[np.float64]
    probabilities: NDArray[np.float64]

    def reliability(self, distance: float) -> pd.DataFrame:
        """Return how often it was so, by how probable it was said to be.

        Returns:
            ``said`` (mean probability), ``true`` (share) and ``n`` for each tenth of the
            probabilities in which there are crystals.
        """
        said, true = self._at(distance)
        bins = np.minimum((said * _BINS).astype(int), _BINS - 1)
        grouped = pd.DataFrame({"said": said, "true": true}).groupby(bins)
        return grouped.mean().assign(n=grouped.size())

    def calls(self) -> list[Mapping[str, float]]:
        """Return precision and recall of calling crystals likely to be so near the hull.

        Returns:
            For each distance: ``distance`` (meV/atom), ``share`` (crystals that are so
            near), ``called``, ``precision``, ``recall`` and ``n``.
        """
        found = []
        for distance in DISTANCES:
            said, true = self._at(distance)
            called = said >= LIKELY
            right = (called & true).sum()
            found.append(
                {
                    "distance": 1000.0 * distance,
                    "share": float(true.mean()),
                    "called": float(called.mean()),
                    "precision": float(right / max(called.sum(), 1)),
                    "recall": float(right / max(true.sum(), 1)),
                    "n": len(true),
                }
            )
        return found

    def _at(self, distance: float) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
        column = DISTANCES.index(distance)
        return self.probabilities[:, column], self.targets <= distance


def hull_check(table: pd.DataFrame) -> HullCheck | None:
    """Judge the validation crystals of a model.

    Args:
        table: Its validation table.

    Returns:
        What was found, or None if too few crystals have the property.
    """
    rows = table[(table["property"] == HULL) & (table["match"] != "same")]
    targets = rows["target"].to_numpy()
    predictions = rows["prediction"].to_numpy()
    first = (rows["half"] == 1).to_numpy()
    probabilities = np.empty((len(rows), len(DISTANCES)))
    for judged in (first, ~first):
        model = fit_stability(predictions[~judged], targets[~judged])
        if model is None:
            return None
        probabilities[judged] = [
            s.probabilities for s in model.judge(predictions[judged])
        ]
    return HullCheck(targets, probabilities)

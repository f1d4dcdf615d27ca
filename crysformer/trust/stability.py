"""How probable it is that a crystal is stable, from the predicted energy above the hull.

A predicted distance of 20 meV/atom is no verdict: the error is as large. What counts is
how often crystals with such a prediction turned out to lie on the hull, or near it. For
each distance that people ask about, isotonic regression over the validation crystals
gives the share at or below it, falling with the prediction (Zadrozny and Elkan, KDD 2002,
694, for classifiers). It is calibrated for crystals as a database has them: of invented
ones fewer are stable (Bartel et al., npj Comput. Mater. 6, 97 (2020)).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

HULL = "energy_above_hull"
"""The property that is judged."""

DISTANCES = (0.0, 0.025, 0.05, 0.1)
"""eV/atom above the hull that are asked about; 0 means on the hull."""

LIKELY = 0.5
"""From this probability on a crystal is called likely to be so."""

MIN_CRYSTALS = 100
"""Fewer calibrate nothing."""

_WORDS = {
    0.0: "Likely stable",
    0.025: "Likely within 25 meV/atom of the hull",
    0.05: "Likely within 50 meV/atom of the hull",
    0.1: "Likely within 100 meV/atom of the hull",
}
_UNSTABLE = "Likely unstable"


@dataclass(frozen=True)
class Stability:
    """How probable it is that a crystal lies on the hull or near it.

    Attributes:
        probabilities: That its energy above the hull is at most each of ``DISTANCES``.
    """

    probabilities: tuple[float, ...]

    def within(self, distance: float) -> float:
        """Probability of one of ``DISTANCES``."""
        return self.probabilities[DISTANCES.index(distance)]

    @property
    def word(self) -> str:
        """The strongest thing that is likely."""
        for distance, probability in zip(DISTANCES, self.probabilities, strict=True):
            if probability >= LIKELY:
                return _WORDS[distance]
        return _UNSTABLE

    @property
    def probability(self) -> float:
        """How probable that is."""
        likely = [each for each in self.probabilities if each >= LIKELY]
        return likely[0] if likely else 1.0 - self.probabilities[-1]

    @property
    def sentence(self) -> str:
        """Word and probability, for tables."""
        return f"{self.word} ({100.0 * self.probability:.0f} %)"

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready fields; distances are keys in meV/atom."""
        return {
            "word": self.word,
            "probability": self.probability,
            "probability_within_meV_per_atom": {
                f"{1000 * distance:g}": probability
                for distance, probability in zip(
                    DISTANCES, self.probabilities, strict=True
                )
            },
        }


@dataclass(frozen=True)
class StabilityModel:
    """Calibrated probabilities, linear between the knots.

    Attributes:
        predictions: Predicted energies above the hull, ascending, eV/atom, (knots,).
        probabilities: Of each of ``DISTANCES``, (distances, knots).
    """

    predictions: NDArray[np.float64]
    probabilities: NDArray[np.float64]

    def judge(self, predictions: NDArray) -> list[Stability]:
        """Judge some crystals by their predicted energies above the hull, eV/atom."""
        found = [np.interp(predictions, self.predictions, p) for p in self.probabilities]
        return [Stability(tuple(row)) for row in np.transpose(found).tolist()]

    def arrays(self) -> dict[str, NDArray]:
        """What is stored."""
        return {"predictions": self.predictions, "probabilities": self.probabilities}

    @classmethod
    def of(cls, arrays: Mapping[str, NDArray]) -> "StabilityModel":
        """Read what ``arrays`` wrote.

        Raises:
            KeyError, ValueError: Arrays are missing or do not fit each other.
        """
        predictions, found = arrays["predictions"], arrays["probabilities"]
        if found.shape != (len(DISTANCES), len(predictions)) or not len(predictions):
            raise ValueError(
                f"stability {found.shape} of {len(predictions)} knots and "
                f"{len(DISTANCES)} distances"
            )
        return cls(predictions.astype(np.float64), found.astype(np.float64))


def fit_stability(predictions: NDArray, targets: NDArray) -> StabilityModel | None:
    """Calibrate on crystals with known energies above the hull.

    Args:
        predictions: Of the model, eV/atom, (crystals,).
        targets: Computed values; NaN where unknown.

    Returns:
        The probabilities, or None if the crystals are too few.
    """
    # Only a fit needs scipy.optimize; whoever predicts has the knots.
    from scipy.optimize import isotonic_regression

    known = ~np.isnan(targets)
    if known.sum() < MIN_CRYSTALS:
        return None
    # Predictions raised to zero are one and the same: they share one probability.
    knots, where = np.unique(predictions[known], return_inverse=True)
    counts = np.bincount(where)
    shares = []
    for distance in DISTANCES:
        inside = np.bincount(where, targets[known] <= distance)
        fitted = isotonic_regression(inside / counts, weights=counts, increasing=False)
        # Nothing is certain after so many crystals: as if one more had said otherwise.
        first, last = fitted.weights[0], fitted.weights[-1]
        shares.append(np.clip(fitted.x, 1.0 / (last + 2.0), 1.0 - 1.0 / (first + 2.0)))
    probabilities = np.maximum.accumulate(np.array(shares), axis=0)
    # Between equal neighbours a knot says nothing.
    same = (np.diff(probabilities, axis=1) == 0.0).all(axis=0)
    inner = np.r_[True, ~(same[:-1] & same[1:]), True] if len(knots) > 1 else [True]
    return StabilityModel(knots[inner], probabilities[:, inner])

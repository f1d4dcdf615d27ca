"""Bands of crystals by novelty: intervals are calibrated and checked in each.

A crystal that is also in the training data (``fingerprints``: called the same) is a twin
and has a band of its own, however usual or odd it is: the network has seen its values.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from crysformer.trust.novelty import SOMEWHAT, UNLIKE, Novelty

_EDGES = (50.0, SOMEWHAT, UNLIKE)

BANDS = ("0 to 50", "50 to 90", "90 to 99", "99 or more", "twins")
"""Percentiles of novelty; the last is twins of training crystals."""

BEYOND, TWINS = 3, 4
"""Places in ``BANDS``: where intervals are extrapolated, and twins."""


def bands(percentiles: NDArray, matches: Sequence[str]) -> NDArray[np.int64]:
    """Place in ``BANDS`` of each crystal.

    Args:
        percentiles: Of novelty, (crystals,).
        matches: Of each crystal, see ``fingerprints.Match``.
    """
    twins = np.array([match == "same" for match in matches], dtype=bool)
    return np.where(twins, TWINS, np.digitize(percentiles, _EDGES))


def bands_of(novelties: Sequence[Novelty]) -> NDArray[np.int64]:
    """Place in ``BANDS`` of each crystal that was judged."""
    percentiles = np.array([item.percentile for item in novelties])
    return bands(percentiles, [item.match for item in novelties])

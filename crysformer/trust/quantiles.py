"""Quantiles of conformal prediction, by band of novelty and for metals and the others.

Mondrian groups (V. Vovk et al., Algorithmic Learning in a Random World (2005), section
4.5): each group of crystals has its own quantile, so that what is promised holds in each.
How a group with few crystals is filled up from others is our choice.
"""

import numpy as np
from numpy.typing import NDArray

from crysformer.trust.bands import BANDS, BEYOND, TWINS

LEVEL = 0.9
"""Share of crystals whose computed value the interval contains."""

_SPLIT = 150  # Of metals and of others each, before they are told apart.
_ENOUGH = 40  # Crystals of a group for a quantile of its own ...
_FEW = 20  # ... and of metals and others together in bands where crystals are rare.


def conformal_quantile(scores: NDArray) -> float:
    """The score that a new one does not exceed with probability ``LEVEL``.

    Scores that are NaN do not count. Of n others it is the ceil((n + 1) LEVEL)-th
    smallest; NaN where n is too small for that.
    """
    known = np.sort(scores[~np.isnan(scores)])
    # Rounded first: 0.9 * 10 is not quite 9 in binary.
    rank = int(np.ceil(np.round((len(known) + 1) * LEVEL, 9)))
    return float(known[rank - 1]) if rank <= len(known) else float("nan")


def group_quantiles(scores: NDArray, others: NDArray, bands: NDArray) -> NDArray:
    """The quantile of every group and property.

    A group with few crystals has the quantile of all bands, times what the band has
    beside all bands: where that is rare, in metals and others together, or else in the
    properties that do have enough (the median over these). Beyond the 99th percentile
    metals and others share one, never below their quantile in the band before it; where
    few crystals give it, it is the larger of theirs and what other properties suggest.

    Args:
        scores: Errors over difficulties, NaN where unknown, (crystals, properties).
        others: Which the model does not call metals, same shape.
        bands: Places in ``BANDS``, (crystals,).

    Returns:
        (2, bands, properties), metals first; NaN for a property with too few crystals.
    """
    own, everyone, few = (
        np.stack(parts, axis=-1)
        for parts in zip(
            *(
                _quantiles(column, column_others, bands)
                for column, column_others in zip(scores.T, others.T, strict=True)
            ),
            strict=True,
        )
    )
    usual = everyone[:, None] * _median(own[:, :BEYOND] / everyone[:, None], axis=(0, 2))
    own[:, :BEYOND] = np.where(np.isnan(own[:, :BEYOND]), usual, own[:, :BEYOND])
    last = own[:, BEYOND - 1]
    step = np.maximum(_median(own[:, BEYOND] / last, axis=(0, 1)), 1.0)
    suggested = np.fmax(step * last, few)
    own[:, BEYOND] = np.where(
        np.isnan(own[:, BEYOND]), suggested, np.fmax(last, own[:, BEYOND])
    )
    own[:, TWINS] = np.where(np.isnan(own[:, TWINS]), everyone, own[:, TWINS])
    return own


def _quantiles(
    scores: NDArray, others: NDArray, bands: NDArray
) -> tuple[NDArray, NDArray, NDArray]:
    """Of one property: those of groups that are large enough, and those of all bands.

    Returns:
        (2, bands) with NaN for small groups, (2,) of all but twins, and (2,) of the
        crystals beyond the 99th percentile, however few.
    """
    own = np.full((2, len(BANDS)), np.nan)
    known, rare = ~np.isnan(scores), BEYOND - 1
    strangers = known & (bands != TWINS)
    groups = _told_apart(strangers, others)
    everyone = np.array([conformal_quantile(scores[rows]) for rows in groups])
    for band in range(BEYOND):
        own[:, band] = [
            _large(scores[rows & (bands == band)], _ENOUGH) for rows in groups
        ]
    together = _large(scores[known & (bands == rare)], _FEW)
    filled = everyone * together / conformal_quantile(scores[strangers])
    own[:, rare] = np.where(np.isnan(own[:, rare]), filled, own[:, rare])
    beyond = scores[known & (bands == BEYOND)]
    own[:, BEYOND] = _large(beyond, _FEW)
    twins = _told_apart(known & (bands == TWINS), others)
    own[:, TWINS] = [_large(scores[rows], _FEW) for rows in twins]
    return own, everyone, np.full(2, conformal_quantile(beyond))


def _told_apart(rows: NDArray, others: NDArray) -> tuple[NDArray, NDArray]:
    """Metals and others among some rows, or all of them twice if either are few."""
    parts = rows & ~others, rows & others
    return parts if min(part.sum() for part in parts) >= _SPLIT else (rows, rows)


def _large(scores: NDArray, least: int) -> float:
    return conformal_quantile(scores) if len(scores) >= least else float("nan")


def _median(ratios: NDArray, axis: tuple[int, ...]) -> NDArray:
    """Median of those known, 1 where none is, ready to be multiplied."""
    alone = np.isnan(ratios).all(axis=axis, keepdims=True)
    return np.nanmedian(np.where(alone, 1.0, ratios), axis=axis, keepdims=True)

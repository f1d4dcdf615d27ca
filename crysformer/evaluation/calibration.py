"""How often intervals hold what they promise, overall and by kind of crystal."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crysformer.evaluation.evaluate import Evaluation
from crysformer.properties.metals import COMPUTED_METAL_GAP
from crysformer.properties.metrics import Coverage
from crysformer.properties.table import OVERALL_GAPS, PROPERTIES
from crysformer.trust.bands import BANDS, TWINS
from crysformer.trust.intervals import Intervals, first_half, fit_intervals

MIN_CRYSTALS = 20
"""Fewer that are not in the training data calibrate nothing."""


@dataclass(frozen=True)
class Kind:
    """Some crystals of a data set that have something in common.

    Attributes:
        group: What sorts them: novelty, cell size, number of elements, metal or not.
        name: Which of that group they are.
        rows: Whether each crystal is one of them.
    """

    group: str
    name: str
    rows: NDArray[np.bool_]


def calibrate(
    evaluation: Evaluation, rows: NDArray[np.bool_] | None = None
) -> Intervals | None:
    """Intervals calibrated on validated crystals.

    Args:
        evaluation: Of the validation crystals, judged.
        rows: Which of them calibrate; all where nothing is given.

    Returns:
        The intervals, or None if the crystals are too few.
    """
    data = evaluation.data
    if rows is None:
        rows = np.ones(len(data), dtype=bool)
    bands = evaluation.bands
    if (rows & (bands != TWINS)).sum() < MIN_CRYSTALS:
        return None
    return fit_intervals(
        evaluation.keys,
        data.values[rows],
        evaluation.predictions[rows],
        evaluation.representations[rows],
        data.num_sites[rows],
        data.formula_atoms[rows],
        bands[rows],
        evaluation.exact[rows],
    )


def cross_checked(evaluation: Evaluation) -> Evaluation:
    """The same with intervals for the check: each half's are calibrated on the other.

    Without intervals where the crystals are too few or not judged.
    """
    if not evaluation.novelties:
        return evaluation
    half = first_half(evaluation.data.ids)
    bounds = np.full((*evaluation.predictions.shape, 2), np.nan)
    for checked in (half, ~half):
        found = evaluation.with_intervals(calibrate(evaluation, ~checked)).bounds
        if found is None:
            return evaluation
        bounds[checked] = found[checked]
    return replace(evaluation, bounds=bounds)


def coverage_by_band(evaluation: Evaluation) -> dict[str, dict[str, float | int]]:
    """Coverage in each band of novelty over the values of all shown properties.

    Args:
        evaluation: Of the validation crystals, cross-checked.

    Returns:
        By band ``coverage`` and ``n``, the number of values; ready for the card.
    """
    columns = [c for c, key in enumerate(evaluation.keys) if PROPERTIES[key].shown]
    card = {}
    for place, name in enumerate(BANDS):
        rows = evaluation.bands == place
        found = [evaluation.coverage(column, rows) for column in columns]
        number = sum(each.n for each in found)
        if number:
            inside = sum(each.coverage * each.n for each in found if each.n)
            card[name] = {"coverage": round(inside / number, 4), "n": number}
    return card


def coverage_card(evaluation: Evaluation) -> dict[str, Any]:
    """Coverage by property and by kind of crystal, each half of them among the kinds.

    Crystals that are in the training data are one kind of the group ``novelty`` and
    belong to no other, nor to ``all``.

    Args:
        evaluation: Of the validation crystals, cross-checked.

    Returns:
        By property ``all`` and the kinds of each group, each with ``coverage``, ``width``
        in the property's unit and ``n``; ready for the card.
    """
    if not evaluation.novelties:
        return {}
    strangers = evaluation.bands != TWINS
    everyone = Kind("all", "", strangers)
    twins = Kind("novelty", BANDS[TWINS], ~strangers)
    others = [replace(kind, rows=kind.rows & strangers) for kind in kinds(evaluation)]
    card: dict[str, Any] = {}
    for column, key in enumerate(evaluation.keys):
        for kind in (everyone, *others, twins):
            found = evaluation.coverage(column, kind.rows)
            if found.n:
                place = card.setdefault(key, {})
                if kind.name:
                    place = place.setdefault(kind.group, {})
                place[kind.name or kind.group] = _rounded(found)
    return card


def kinds(evaluation: Evaluation) -> Iterator[Kind]:
    """Sort crystals by novelty, half, size, elements, and metal or not."""
    for place in range(TWINS):
        yield Kind("novelty", BANDS[place], evaluation.bands == place)
    half = first_half(evaluation.data.ids)
    yield Kind("half", "first", half)
    yield Kind("half", "second", ~half)
    sites = evaluation.data.num_sites
    for low, high in ((1, 4), (5, 10), (11, 20), (21, None)):
        name = f"{low} to {high}" if high else f"{low} or more"
        yield Kind("atoms", name, (sites >= low) & (sites <= (high or np.inf)))
    elements = (evaluation.data.composition() > 0).sum(axis=1)
    for number in (1, 2, 3):
        yield Kind("elements", str(number), elements == number)
    yield Kind("elements", "4 or more", elements >= 4)
    gaps = [c for c, key in enumerate(evaluation.keys) if key in OVERALL_GAPS]
    if gaps:
        # Each crystal has the gap of its own data set.
        gap = np.fmax.reduce(evaluation.data.values[:, gaps], axis=1)
        yield Kind("gap", "metal", gap < COMPUTED_METAL_GAP)
        yield Kind("gap", "not a metal", gap >= COMPUTED_METAL_GAP)


def _rounded(coverage: Coverage) -> dict[str, float | int]:
    digits = {"coverage": f"{coverage.coverage:.4f}", "width": f"{coverage.width:.4g}"}
    return asdict(coverage) | {name: float(text) for name, text in digits.items()}

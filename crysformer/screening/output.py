"""Results of screening as files: a table for pandas, JSON, and what the columns mean."""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from crysformer.predict.applicability import REASONS
from crysformer.predict.document import document
from crysformer.predict.prediction import Prediction
from crysformer.predict.predictor import Predictor
from crysformer.properties.table import PROPERTIES
from crysformer.screening.screen import ScreenRow
from crysformer.trust.stability import HULL

_FORMULA = tuple("=+-@\t\r\n＝＋－＠")
_FACTS = ("file", "formula", "space_group", "sites")
NOVELTY = ("novelty", "novelty_percentile")
"""Columns for the distance from the training data, see ``novelty.Novelty``."""
STABILITY = ("stability", "p_stable", "p_within_25_meV", "p_within_100_meV")
"""Columns of models that know the hull: in words, and probabilities that the energy above
the hull is zero or at most so large, see ``trust.stability``."""


def shown_keys(predictor: Predictor) -> list[str]:
    """Keys of the properties that a person is shown, in the order of the columns."""
    return [key for key in predictor.checkpoint.keys if PROPERTIES[key].shown]


def table(
    rows: Sequence[ScreenRow], keys: Sequence[str], *, intervals: bool = False
) -> pd.DataFrame:
    """Results as a table: facts, one column for each property, novelty, what went wrong.

    A property that is not defined for a crystal has an empty cell.

    Args:
        rows: Results.
        keys: Properties, which name the columns and stand in their units.
        intervals: Add two columns for each, the ends of its 90 % interval.
    """
    ends = [name for key in keys if intervals for name in interval_columns(key)]
    records = [
        {
            **{name: getattr(row, name) for name in (*_FACTS, "error")},
            "warnings": " ".join(row.warnings),
            **row.defined,
            **_novelty(row),
            **_stability(row),
            **{
                name: end
                for key, interval in row.intervals.items()
                if key in row.defined
                for name, end in zip(interval_columns(key), interval, strict=True)
            },
        }
        for row in rows
    ]
    judged = STABILITY if HULL in keys else ()
    columns = [*_FACTS, *keys, *NOVELTY, *judged, "error", "warnings", *ends]
    frame = pd.DataFrame(records, columns=columns)
    numbers = dict.fromkeys((*keys, NOVELTY[1], *judged[1:], *ends), "float64")
    return frame.astype({"space_group": "Int64", "sites": "Int64", **numbers})


def _novelty(row: ScreenRow) -> dict[str, str | float]:
    """How far a crystal is from the training data: in words, and as a percentile."""
    if row.novelty is None:
        return {}
    return dict(zip(NOVELTY, (row.novelty.word, row.novelty.percentile), strict=True))


def _stability(row: ScreenRow) -> dict[str, str | float]:
    """How probable it is that a crystal is stable: in words, and by distance."""
    if row.stability is None:
        return {}
    found = row.stability
    chances = [found.within(distance) for distance in (0.0, 0.025, 0.1)]
    return dict(zip(STABILITY, (found.word, *chances), strict=True))


def interval_columns(key: str) -> tuple[str, str]:
    """Names of the columns with the ends of a property's 90 % interval."""
    return f"{key}_low", f"{key}_high"


def to_csv(frame: pd.DataFrame, *, header: bool = True) -> str:
    """A table as CSV, its numbers to seven digits, which is what the network holds."""
    frame = frame.copy()
    for column in ("file", "error", "warnings"):
        frame[column] = frame[column].map(cell_text)
    return frame.to_csv(index=False, header=header, float_format="%.7g")


def cell_text(text: str) -> str:
    """Text of others as a cell that no spreadsheet runs: an apostrophe in front.

    What runs is a cell that begins like a formula [OWASP, CSV Injection].
    """
    return f"'{text}" if text.startswith(_FORMULA) else text


def units(predictor: Predictor) -> dict[str, Any]:
    """What the property columns mean, for a file beside the table."""
    errors = predictor.validation_errors
    return {
        "model": predictor.name,
        "columns": {
            key: {
                "label": PROPERTIES[key].label,
                "unit": PROPERTIES[key].unit,
                "source": PROPERTIES[key].source,
                "validation_mae": errors.get(key),
                "empty_where": REASONS.get(PROPERTIES[key].needs),
            }
            for key in shown_keys(predictor)
        },
    }


def answer(row: ScreenRow, predictor: Predictor) -> dict[str, Any]:
    """One result in the form that the ``predict`` command prints as JSON."""
    if row.error:
        return {"file": row.file, "error": row.error}
    prediction = Prediction(
        row.formula,
        predictor.name,
        dict(row.values),
        row.sites,
        dict(row.intervals),
        row.novelty,
        row.stability,
        space_group=row.space_group,
    )
    errors = predictor.validation_errors
    found = document(prediction, row.notes, errors, row.warnings)
    return {"file": row.file, **found}

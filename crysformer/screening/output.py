"""Results of screening as files: a table for pandas, JSON, and what the columns mean."""

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

import pandas as pd
from tqdm import tqdm

from crysformer.errors import SettingsError
from crysformer.predict.applicability import REASONS
from crysformer.predict.document import document
from crysformer.predict.prediction import Prediction
from crysformer.predict.predictor import Predictor
from crysformer.properties.table import PROPERTIES
from crysformer.screening.screen import ScreenRow
from crysformer.screening.sources import find_inputs, opened
from crysformer.screening.workers import screen_on_cores
from crysformer.trust.stability import HULL

_FACTS = ("file", "formula", "space_group", "sites")
NOVELTY = ("novelty", "novelty_percentile")
"""Columns for the distance from the training data, see ``novelty.Novelty``."""
STABILITY = ("stability", "p_stable", "p_within_25_meV", "p_within_100_meV")
"""Columns of models that know the hull: in words, and probabilities that the energy above
the hull is zero or at most so large, see ``trust.stability``."""
_INTERRUPTED = 130  # What a shell says of a program that Ctrl-C ended.


def shown_keys(predictor: Predictor) -> list[str]:
    """Keys of the properties that a person is shown, in the order of the columns."""
    return [key for key in predictor.checkpoint.keys if PROPERTIES[key].shown]


def table(
    rows: Sequence[ScreenRow], keys: Sequence[str], *, intervals: bool = False
) -> pd.DataFrame:
    """Results as a table: facts, one column for each property, novelty, and the error.

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
    columns = [*_FACTS, *keys, *NOVELTY, *judged, "error", *ends]
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
    """A table as CSV, its numbers to seven digits, which is what the network holds.

    A spreadsheet runs a cell that begins like a formula, and file names are strangers'
    text: such names and errors get an apostrophe in front.
    """
    frame = frame.copy()
    for column in ("file", "error"):
        risky = frame[column].str.match(r"[=+\-@\t\r]")
        frame[column] = frame[column].mask(risky, "'" + frame[column])
    return frame.to_csv(index=False, header=header, float_format="%.7g")


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


def screen_paths(
    paths: Sequence[Path],
    predictor: Predictor,
    out: Path | None,
    *,
    as_json: bool,
    order: bool = False,
) -> int:
    """Predict everything at some paths; progress goes to standard error.

    Args:
        paths: Files, folders and zips.
        predictor: The model.
        out: CSV file, written as results come; beside it goes ``.units.json``.
        as_json: Print a JSON list at the end. Without it and without a file, the table is
            printed.
        order: Predict ordered approximations of disordered crystals.

    Returns:
        Exit status: 1 if a file was bad, 130 if Ctrl-C cut it short.

    Raises:
        SettingsError: The file cannot be written.
    """
    keys = shown_keys(predictor)
    beside = out.with_suffix(".units.json") if out else None
    # A second run over a folder finds what the first one wrote there.
    own = {file.resolve() for file in (out, beside) if file}
    inputs = [
        (name, content)
        for name, content in find_inputs(paths)
        if not (isinstance(content, Path) and content.resolve() in own)
    ]
    rows: list[ScreenRow] = []
    status = 0
    with _table_file(out, quiet=as_json) as file:
        if file:
            file.write(to_csv(table([], keys, intervals=True)))
        try:
            with tqdm(total=len(inputs), unit="crystal", desc="screen") as bar:
                for row in screen_on_cores(opened(inputs), predictor, order=order):
                    rows.append(row)
                    # A file may hold many crystals.
                    bar.total = max(len(inputs), len(rows))
                    if file:
                        file.write(
                            to_csv(table([row], keys, intervals=True), header=False)
                        )
                    bar.update()
        except KeyboardInterrupt:
            status = _INTERRUPTED
    if beside:
        text = json.dumps(units(predictor), indent=1, ensure_ascii=False)
        beside.write_text(text, encoding="utf-8")
    if as_json:
        print(json.dumps([answer(row, predictor) for row in rows], indent=1))
    failed = sum(bool(row.error) for row in rows)
    total = max(len(inputs), len(rows))
    print(
        f"{len(rows) - failed} of {total} crystals predicted, {failed} failed.",
        file=sys.stderr,
    )
    return status or int(failed > 0)


@contextmanager
def _table_file(out: Path | None, *, quiet: bool) -> Iterator[TextIO | None]:
    """Open the file for the table, or take standard output, or nothing."""
    if out is None:
        yield None if quiet else sys.stdout
        return
    try:
        with out.open("w", encoding="utf-8", newline="") as file:
            yield file
    except OSError as error:
        raise SettingsError(
            f"{out} cannot be written ({error.strerror}); choose another file"
        ) from error

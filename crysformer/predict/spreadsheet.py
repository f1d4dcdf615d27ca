"""One predicted crystal as CSV: a row for each property, complete in itself."""

import csv
import io
from collections.abc import Mapping, Sequence
from itertools import chain

from crysformer import __version__
from crysformer.predict.prediction import Prediction
from crysformer.properties.table import PROPERTIES

COLUMNS = (
    "property",
    "label",
    "value",
    "unit",
    "interval_low",
    "interval_high",
    "note",
    "validation_mae",
    "source",
    "formula",
    "space_group",
    "sites",
    "model",
    "version",
    "citation",
)
"""Names of the columns; the ends are those of the 90 % interval."""


def csv_text(
    prediction: Prediction,
    notes: Mapping[str, str],
    errors: Mapping[str, float],
    citations: Sequence[str] = (),
) -> str:
    """A prediction as CSV, with the numbers of ``document``.

    Args:
        prediction: What the model says of the crystal.
        notes: What else is to be said of some values, see ``applicability``.
        errors: The model's mean absolute validation errors, by property.
        citations: What to cite.
    """
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(COLUMNS)
    for key, value in prediction.shown.items():
        item = PROPERTIES[key]
        low, high = prediction.intervals.get(key, ("", ""))
        writer.writerow(
            chain(
                (key, item.label, value, item.unit, low, high, notes.get(key, "")),
                (errors.get(key, ""), item.source, prediction.formula),
                (prediction.space_group, prediction.num_sites, prediction.model),
                (__version__, "; ".join(citations)),
            )
        )
    return stream.getvalue()

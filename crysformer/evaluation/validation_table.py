"""The validation table that ships beside weights: every label, prediction and interval.

Gzipped CSV, one row for each crystal and property with a label, numbers to five digits.
"""

import gzip
import io
from collections.abc import Set
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from crysformer.errors import WeightsError
from crysformer.model import files
from crysformer.model.checksums import read_verified
from crysformer.trust.intervals import first_half

# The evaluation imports torch, which a page that only reads the table does not need.
if TYPE_CHECKING:
    from crysformer.evaluation.evaluate import Evaluation

COLUMNS = (
    "id",
    "formula",
    "sites",
    "half",
    "novelty",
    "match",
    "formula_seen",
    "geometry",
    "property",
    "target",
    "prediction",
    "low",
    "high",
)
"""``half``: 1 or 2; the intervals of each were calibrated on the other. ``novelty``:
percentile among the validation crystals. ``match``: whether it is a training crystal, see
``fingerprints.Match``. ``formula_seen``: 1 if a training crystal, of whatever data set,
has the formula. ``geometry``: see ``data.dataset.Row``."""


def validation_table(evaluation: "Evaluation", formulas: Set[str]) -> pd.DataFrame:
    """One row for each known label of validation crystals that were judged.

    Args:
        evaluation: Of the validation crystals.
        formulas: Of the training crystals.
    """
    data = evaluation.data
    row, column = np.nonzero(~np.isnan(data.values))
    bounds = evaluation.bounds
    if bounds is None:
        bounds = np.full((*data.values.shape, 2), np.nan)
    novelty = np.array([item.percentile for item in evaluation.novelties])
    seen = np.array([formula in formulas for formula in data.formulas], dtype=int)
    match = np.array([item.match for item in evaluation.novelties], dtype=object)
    low, high = bounds[row, column].T
    return pd.DataFrame(
        {
            "id": np.array(data.ids, dtype=object)[row],
            "formula": np.array(data.formulas, dtype=object)[row],
            "sites": data.num_sites[row],
            "half": np.where(first_half(data.ids), 1, 2)[row],
            "novelty": novelty[row].round(1),
            "match": match[row],
            "formula_seen": seen[row],
            "geometry": np.array(data.geometries, dtype=object)[row],
            "property": np.array(evaluation.keys, dtype=object)[column],
            "target": data.values[row, column],
            "prediction": evaluation.predictions[row, column],
            "low": low,
            "high": high,
        },
        columns=list(COLUMNS),
    )


def write_validation_table(table: pd.DataFrame, folder: Path) -> None:
    """Write the table beside the weights; the same table gives the same bytes."""
    text = table.to_csv(index=False, float_format="%.5g")
    (folder / files.VALIDATION).write_bytes(gzip.compress(text.encode(), mtime=0))


def read_validation_table(folder: Path) -> pd.DataFrame:
    """Read the table of a bundled model.

    Raises:
        WeightsError: The model ships none, or it is damaged.
    """
    try:
        content = gzip.decompress(read_verified(folder, files.VALIDATION))
        # Without this a crystal of nitrogen and one of sodium would be missing values.
        table = pd.read_csv(io.BytesIO(content), keep_default_na=False, na_values=[""])
    except (OSError, EOFError, ValueError) as error:
        raise WeightsError(
            f"The validation table of model {folder.name!r} cannot be read: {error}."
        ) from None
    if tuple(table.columns) != COLUMNS:
        raise WeightsError(
            f"The validation table of model {folder.name!r} has columns "
            f"{list(table.columns)}, not {list(COLUMNS)}."
        )
    return table.fillna({"match": ""})

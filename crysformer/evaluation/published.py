"""Our validation errors beside those the Crysformer paper states, each with its crystals.

The paper (T. Wang et al., Chinese Physics B 32, 090703 (2023)) gives test errors of one
network a property: its Table 2 for MP-2018.6.1 (4,239 test crystals), its Table 3 for
JARVIS-DFT (5,572). Our copy lost the tables' contents; the numbers are those of its text.
"""

from collections.abc import Iterator

import pandas as pd

from crysformer.properties.metrics import property_error
from crysformer.properties.table import PROPERTIES

PAPERS_TABLE = {
    "mp": "Table 2: MP-2018.6.1, 4,239 test crystals",
    "jarvis": "Table 3: JARVIS-DFT, 5,572 test crystals",
}
"""Where the paper has the errors of a release, and on what they were measured."""

GEOMETRIES = {
    "mp_2020_PBE": "MP's geometry of 2020, PBE",
    "mp_2023.11_or_2025.2_mixed_PBE_r2SCAN": "MP's geometry of today, partly r2SCAN",
}
"""Where positions come from, in words, by the name in the data."""

ALL = "All validation crystals"
NEW_FORMULA = "Formulas that no training crystal has"


def published_rows(table: pd.DataFrame) -> list[dict[str, str | float | int]]:
    """Errors of the properties whose error the paper states.

    Args:
        table: The model's validation table.

    Returns:
        Rows with ``Property``, ``Unit``, ``Paper``, ``Paper's MAE``, ``Our crystals``,
        ``MAE``, ``Mean baseline`` (MAD) and ``n``; one for all crystals and one for each
        kind of them that matters.
    """
    rows = []
    for key, item in PROPERTIES.items():
        if item.paper_mae is None:
            continue
        for name, part in _kinds(table[table["property"] == key]):
            error = property_error(
                part["target"].to_numpy(), part["prediction"].to_numpy()
            )
            if error.n:
                rows.append(
                    {
                        "Property": item.label,
                        "Unit": item.unit,
                        "Paper": PAPERS_TABLE[item.release],
                        "Paper's MAE": item.paper_mae,
                        "Our crystals": name,
                        "MAE": error.mae,
                        "Mean baseline": error.mad,
                        "n": error.n,
                    }
                )
    return rows


def _kinds(rows: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    yield ALL, rows
    yield NEW_FORMULA, rows[rows["formula_seen"] == 0]
    for name, words in GEOMETRIES.items():
        yield words, rows[rows["geometry"] == name]

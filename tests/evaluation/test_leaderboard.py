"""Errors of other networks beside ours."""

import numpy as np
import pandas as pd
import pytest

from crysformer.evaluation.leaderboard import COLUMNS, leaderboard_rows

TABLE = pd.DataFrame(
    {
        "property": ["mbj_bandgap"] * 3 + ["ehull"] * 2,
        "target": [1.0, 2.0, np.nan, 0.0, 1.0],
        "prediction": [1.1, 1.6, 5.0, 0.0, 1.0],
    }
)


def test_a_row_holds_our_error_and_theirs():
    [row] = leaderboard_rows(TABLE)
    assert (row["key"], row["Crystals"], row["Test crystals"]) == ("mbj_bandgap", 2, 1815)
    assert row["Ours"] == pytest.approx(0.25)
    assert (row["coGN"], row["PotNet"], row["CGCNN"]) == (0.264, 0.2707, None)


def test_columns_and_errors_belong_together():
    """The best of each property, by who is known to have it in the leaderboard."""
    rows = pd.DataFrame(
        {
            "property": ["optb88vdw_bandgap", "bulk_modulus_kv", "ph_heat_capacity"],
            "target": 0.0,
            "prediction": 0.0,
        }
    )
    best = [min(COLUMNS, key=lambda n: r[n] or 1e9) for r in leaderboard_rows(rows)]
    assert best == ["coGN", "coNGN", "Descriptors and trees"]

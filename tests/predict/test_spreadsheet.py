"""The CSV of one prediction: every shown property, its interval, and where it is from."""

import io

import pandas as pd
import pytest

from crysformer import __version__
from crysformer.predict.prediction import Prediction
from crysformer.predict.spreadsheet import COLUMNS, csv_text

PREDICTION = Prediction(
    formula="NaCl",
    model="some",
    values={"optb88vdw_bandgap": 5.25, "ehull": 1.0, "max_efg": 0.0},
    num_sites=8,
    intervals={"optb88vdw_bandgap": (4.5, 6.0)},
    space_group=225,
)


def test_a_row_for_each_shown_property():
    text = csv_text(
        PREDICTION,
        {"max_efg": "zero by symmetry"},
        {"optb88vdw_bandgap": 0.1},
        ["A, with a comma", "B"],
    )
    rows = pd.read_csv(io.StringIO(text)).set_index("property")
    assert ("property", *rows.columns) == COLUMNS
    assert list(rows.index) == ["optb88vdw_bandgap", "max_efg"]
    gap = rows.loc["optb88vdw_bandgap"]
    assert gap["value"] == 5.25
    assert (gap["interval_low"], gap["interval_high"]) == (4.5, 6.0)
    assert gap["unit"] == "eV"
    assert gap["validation_mae"] == pytest.approx(0.1)
    assert gap["citation"] == "A, with a comma; B"
    assert gap["version"].__str__() == __version__
    efg = rows.loc["max_efg"]
    assert efg["note"] == "zero by symmetry"
    assert pd.isna(efg["interval_low"])
    assert set(rows["model"]) == {"some"}

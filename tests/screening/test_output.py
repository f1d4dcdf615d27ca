"""Results of screening as a table, as JSON, and what the columns mean."""

import io

import pandas as pd
import pytest

from crysformer.predict.predictor import Predictor
from crysformer.screening.output import (
    NOVELTY,
    answer,
    shown_keys,
    table,
    to_csv,
    units,
)
from crysformer.screening.screen import ScreenRow
from crysformer.trust.novelty import Novelty
from tests.support.random_model import ERROR, KEYS, random_checkpoint


@pytest.fixture
def predictor():
    return Predictor(random_checkpoint(), "cpu")


def test_table_has_numbers_where_there_are_some():
    strange = Novelty(97.5, ("Its volume per atom is unusual.",), "")
    values = dict.fromkeys(KEYS, 1.23456789)
    rows = [
        ScreenRow("a", "NaCl", 225, 8, values, novelty=strange),
        ScreenRow("=1+1", error="=1+1 is empty; give a CIF"),
        ScreenRow("b", "Si", 227, 2, error="too empty", warnings=("=Check", "it.")),
    ]
    frame = table(rows, KEYS)
    facts = ["file", "formula", "space_group", "sites"]
    assert list(frame) == [*facts, *KEYS, *NOVELTY, "error", "warnings"]
    assert all(frame[key].dtype == float for key in KEYS)
    back = pd.read_csv(io.StringIO(to_csv(frame)))
    assert back["space_group"].tolist()[::2] == [225, 227]
    assert back["novelty"][0] == "somewhat unlike the training data"
    assert back["novelty_percentile"].isna().tolist() == [False, True, True]
    assert back[KEYS[0]][0] == 1.234568
    assert back[KEYS[0]].isna().tolist() == [False, True, True]
    assert back["file"].tolist() == ["a", "'=1+1", "b"]
    assert back["error"][1].startswith("'=1+1 is empty")
    assert back["warnings"].fillna("").tolist() == ["", "", "'=Check it."]


def test_units_and_answers_name_what_the_columns_mean(predictor):
    meaning = units(predictor)
    assert list(meaning["columns"]) == shown_keys(predictor) == list(KEYS)
    assert meaning["columns"]["bulk_modulus_kv"]["unit"] == "GPa"
    assert meaning["columns"]["bulk_modulus_kv"]["validation_mae"] == ERROR
    row = ScreenRow("a", "NaCl", 225, 8, dict.fromkeys(KEYS, 1.5))
    found = answer(row, predictor)["properties"]["optb88vdw_bandgap"]
    assert found == {"value": 1.5, "unit": "eV", "validation_mae": ERROR}
    assert answer(ScreenRow("a", error="bad"), predictor) == {"file": "a", "error": "bad"}

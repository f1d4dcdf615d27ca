"""Results of screening as a table, as JSON, and what the columns mean."""

import io

import pandas as pd
import pytest

from crysformer.library.catalogue import get_crystal
from crysformer.predict.predictor import Predictor
from crysformer.screening.output import (
    answer,
    screen_paths,
    shown_keys,
    table,
    to_csv,
    units,
)
from crysformer.screening.screen import BATCH_CRYSTALS, ScreenRow
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
        ScreenRow("b", "Si", 227, 2, error="too empty"),
    ]
    frame = table(rows, KEYS)
    facts = ["file", "formula", "space_group", "sites"]
    assert list(frame) == [*facts, *KEYS, "novelty", "novelty_percentile", "error"]
    assert all(frame[key].dtype == float for key in KEYS)
    back = pd.read_csv(io.StringIO(to_csv(frame)))
    assert back["space_group"].tolist()[::2] == [225, 227]
    assert back["novelty"][0] == "somewhat unlike the training data"
    assert back["novelty_percentile"].isna().tolist() == [False, True, True]
    assert back[KEYS[0]][0] == 1.234568
    assert back[KEYS[0]].isna().tolist() == [False, True, True]
    assert back["file"].tolist() == ["a", "'=1+1", "b"]
    assert back["error"][1].startswith("'=1+1 is empty")


def test_units_and_answers_name_what_the_columns_mean(predictor):
    meaning = units(predictor)
    assert list(meaning["columns"]) == shown_keys(predictor) == list(KEYS)
    assert meaning["columns"]["bulk_modulus_kv"]["unit"] == "GPa"
    assert meaning["columns"]["bulk_modulus_kv"]["validation_mae"] == ERROR
    row = ScreenRow("a", "NaCl", 225, 8, dict.fromkeys(KEYS, 1.5))
    found = answer(row, predictor)["properties"]["optb88vdw_bandgap"]
    assert found == {"value": 1.5, "unit": "eV", "validation_mae": ERROR}
    assert answer(ScreenRow("a", error="bad"), predictor) == {"file": "a", "error": "bad"}


def test_an_interrupted_table_keeps_what_it_has(predictor, tmp_path):
    def interrupt_iron(_, given):
        if 26 in given[0].atomic_numbers:
            raise KeyboardInterrupt

    predictor.model.register_forward_pre_hook(interrupt_iron)
    paths = []
    for number, name in enumerate([*["rock-salt-nacl"] * BATCH_CRYSTALS, "bcc-fe"]):
        paths.append(tmp_path / f"{number}.cif")
        paths[-1].write_text(get_crystal(name).structure().to(fmt="cif"))
    out = tmp_path / "table.csv"
    assert screen_paths(paths, predictor, out, as_json=False) == 130
    assert pd.read_csv(out)["formula"].tolist() == ["NaCl"] * BATCH_CRYSTALS

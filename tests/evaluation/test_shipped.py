"""What cards and pages say of shipped models, once more from their validation tables."""

import numpy as np
import pandas as pd
import pytest

from crysformer.evaluation.hull import hull_check
from crysformer.evaluation.published import ALL, NEW_FORMULA, published_rows
from crysformer.evaluation.validation_table import read_validation_table
from crysformer.model.card import read_card, shown_properties
from crysformer.model.config import DEFAULT_MODEL
from crysformer.paths import weights_folder
from crysformer.properties.metrics import property_error
from crysformer.properties.table import PROPERTIES
from crysformer.trust.bands import BANDS, BEYOND, TWINS, bands

MODELS = sorted(path.parent.name for path in weights_folder().glob("*/config.json"))
# What chance leaves of 0.9 in 95 of 100 samples of n crystals.
Z95 = 1.96


@pytest.fixture(scope="module", params=MODELS)
def shipped(request):
    folder = weights_folder() / request.param
    return read_card(folder), read_validation_table(folder)


def with_bands(table):
    return table.assign(band=bands(table["novelty"], table["match"].fillna("")))


def held(rows):
    """Share of intervals that contain the value; what symmetry makes zero has none."""
    rows = rows[rows["low"] < rows["high"]]
    return rows["target"].between(rows["low"], rows["high"]).mean(), len(rows)


def test_errors_of_the_card_are_those_of_the_table(shipped):
    card, table = shipped
    for key, told in card["validation"]["errors"].items():
        rows = table[table["property"] == key]
        error = property_error(rows["target"].to_numpy(), rows["prediction"].to_numpy())
        assert error.n == told["n"]
        # The table has five digits.
        assert error.mae == pytest.approx(told["mae"], rel=2e-3)
        assert error.mad == pytest.approx(told["mad"], rel=1e-3)


def test_coverage_of_the_card_is_that_of_the_table(shipped):
    card, table = shipped
    table = with_bands(table)
    for key, told in card["validation"]["coverage"].items():
        rows = table[table["property"] == key]
        for place, name in enumerate(BANDS):
            if name in told["novelty"]:
                share, count = held(rows[rows["band"] == place])
                assert count == pytest.approx(told["novelty"][name]["n"], abs=3)
                assert share == pytest.approx(told["novelty"][name]["coverage"], abs=0.02)
        share, _ = held(rows[rows["band"] != TWINS])
        assert share == pytest.approx(told["all"]["coverage"], abs=0.004)


def test_intervals_hold_in_every_band_of_novelty(shipped):
    card, _ = shipped
    for key in shown_properties(card):
        for place, name in enumerate(BANDS[:TWINS]):
            told = card["validation"]["coverage"][key]["novelty"].get(name)
            if told is None:
                continue
            chance = Z95 * np.sqrt(0.09 / told["n"])
            if place == BEYOND:
                assert told["coverage"] >= 0.8 - chance, (key, name)
            else:
                allowed = 0.03 if told["n"] >= 300 else chance
                assert abs(told["coverage"] - 0.9) <= allowed + 5e-4, (key, name)


def test_the_default_model_answers_for_both_data_sets():
    card = read_card(weights_folder() / DEFAULT_MODEL)
    shown = shown_properties(card)
    assert len(shown) == 25
    assert {PROPERTIES[key].release for key in shown} == {"jarvis", "mp"}
    told = card["training_data"]["left_out"]
    assert told["ids"]["crystals"] == 9_304
    assert told["angles"] == {"most": 16_000, "crystals": 432}
    assert card["training_data"]["crystals"] == {"train": 79_798, "val": 9_259}


def test_no_formula_that_jarvis_holds_back_was_learnt_from_mp():
    """MP's rows with formulas of JARVIS's validation crystals were left out."""
    table = read_validation_table(weights_folder() / DEFAULT_MODEL)
    rows = table[table["property"] == "formation_energy_peratom"]
    # What is seen of these formulas stands in JARVIS's own training rows.
    alone = read_validation_table(weights_folder() / "jarvis-dft-3d")
    alone = alone[alone["property"] == "formation_energy_peratom"]
    both = rows.merge(alone, on="id")
    assert len(both) == len(alone)
    assert (both["formula_seen_x"] == both["formula_seen_y"]).all()


def test_errors_beside_the_paper_are_given_by_kind_of_crystal():
    table = read_validation_table(weights_folder() / DEFAULT_MODEL)
    rows = pd.DataFrame(published_rows(table))
    energy = rows[(rows["Property"] == "Formation energy")].set_index("Our crystals")
    assert energy.loc[ALL, "n"] == 3_687
    geometries = energy.drop([ALL, NEW_FORMULA])
    assert len(geometries) == 2
    assert geometries["n"].sum() == 3_687
    weighted = (geometries["MAE"] * geometries["n"]).sum() / 3_687
    assert weighted == pytest.approx(energy.loc[ALL, "MAE"])
    assert 0 < energy.loc[NEW_FORMULA, "n"] < 3_687


def test_probabilities_of_stability_are_as_often_right():
    table = read_validation_table(weights_folder() / DEFAULT_MODEL)
    check = hull_check(table)
    for distance in (0.0, 0.025, 0.05, 0.1):
        found = check.reliability(distance)
        chance = Z95 * np.sqrt(found["true"] * (1 - found["true"]) / found["n"])
        many = found["n"] >= 100
        apart = (found["said"] - found["true"]).abs()
        assert (apart <= chance + 0.03)[many].all()
    for each in check.calls():
        assert each["precision"] > each["share"] + 0.1

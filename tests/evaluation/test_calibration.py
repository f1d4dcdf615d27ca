"""What the cards say of intervals, recomputed from the tables that ship beside them."""

import numpy as np
import pytest
from scipy.stats import binom

from crysformer.evaluation.validation_table import read_validation_table
from crysformer.model.card import read_card, shown_properties
from crysformer.paths import weights_folder
from crysformer.properties.metals import COMPUTED_METAL_GAP
from crysformer.properties.table import GAPS, OVERALL_GAPS
from crysformer.trust.bands import BANDS, BEYOND, TWINS, bands
from crysformer.trust.quantiles import LEVEL

MODELS = sorted(path.parent.name for path in weights_folder().glob("*/card.yml"))
MANY = 300


@pytest.fixture(scope="module", params=MODELS)
def shipped(request):
    """Card and table of a model; of what symmetry makes zero nothing could fail."""
    folder = weights_folder() / request.param
    table = read_validation_table(folder)
    table["band"] = bands(table["novelty"].to_numpy(), table["match"])
    table["inside"] = table["target"].between(table["low"], table["high"])
    exact = (table["low"] == 0.0) & (table["high"] == 0.0) & (table["prediction"] == 0.0)
    directional = table["property"] == "dfpt_piezo_max_dij"
    table = table[table["high"].notna() & ~(directional & exact)]
    return read_card(folder), table


def test_errors_of_the_card_are_those_of_its_table(shipped):
    card, _ = shipped
    whole = read_validation_table(weights_folder() / card["model"])
    error = (whole["target"] - whole["prediction"]).abs()
    for key, mae in error.groupby(whole["property"]).mean().items():
        noted = card["validation"]["errors"][key]
        assert mae == pytest.approx(noted["mae"], rel=1e-3)
        assert (whole["property"] == key).sum() == noted["n"]


def test_coverage_of_the_card_is_that_of_its_table(shipped):
    card, table = shipped
    noted = card["validation"]["coverage"]
    assert set(noted) == set(table["property"])
    for key, rows in table.groupby("property"):
        strangers = rows[rows["band"] != TWINS]
        assert noted[key]["all"]["n"] == len(strangers)
        assert noted[key]["all"]["coverage"] == pytest.approx(
            strangers["inside"].mean(), abs=0.002
        )
        for band, part in rows.groupby("band"):
            found = noted[key]["novelty"][BANDS[band]]
            assert found["n"] == len(part)
            one = 1.0 / len(part)
            assert found["coverage"] == pytest.approx(
                part["inside"].mean(), abs=max(0.004, 1.01 * one)
            )


def test_coverage_of_all_properties_together_is_that_of_its_table(shipped):
    card, table = shipped
    some = table[table["property"].isin(shown_properties(card))]
    noted = card["validation"]["coverage_by_novelty"]
    for band, rows in some.groupby("band"):
        assert noted[BANDS[band]]["n"] == len(rows)
        assert noted[BANDS[band]]["coverage"] == pytest.approx(
            rows["inside"].mean(), abs=0.002
        )


def test_coverage_holds_in_every_band(shipped):
    """Of crystals that have no twin in training, for every shown property."""
    card, _ = shipped
    for key in shown_properties(card):
        for name, found in card["validation"]["coverage"][key]["novelty"].items():
            share, number = found["coverage"], found["n"]
            if name == BANDS[BEYOND]:
                # One of a few crystals is no measurement.
                assert share >= 0.8 or number < 5, (key, name, found)
            elif name != BANDS[TWINS]:
                low, high = 0.87, 0.93
                if number < MANY:
                    low, high = binom.ppf([0.025, 0.975], number, LEVEL) / number
                assert low - 1e-4 <= share <= high + 1e-4, (key, name, found)


def test_coverage_holds_for_the_gaps_of_what_is_not_a_metal(shipped):
    _, table = shipped
    strangers = table[table["band"] != TWINS]
    gaps = strangers[strangers["property"].isin(OVERALL_GAPS)]
    others = set(gaps["id"][gaps["target"] >= COMPUTED_METAL_GAP])
    for key in set(GAPS) & set(strangers["property"]):
        rows = strangers[(strangers["property"] == key) & strangers["id"].isin(others)]
        assert 0.87 <= rows["inside"].mean() <= 0.93, key


def test_half_of_the_crystals_are_familiar(shipped):
    _, table = shipped
    crystals = table.drop_duplicates("id")
    assert (crystals["novelty"] < 50.0).mean() == pytest.approx(0.5, abs=0.01)
    assert np.isin(crystals["match"], ["", "near", "same"]).all()

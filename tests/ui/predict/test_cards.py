"""Predict's head: title, trust, cards, and what they say where intervals do not hold."""

import io
import json

import pandas as pd
import pytest

from crysformer import __version__
from crysformer.predict.prediction import Prediction
from crysformer.predict.predictor import Predictor
from crysformer.predict.reliability import Reliability
from crysformer.trust.bands import BANDS, BEYOND
from crysformer.ui.predict.downloads import csv_file, json_file
from crysformer.ui.predict.explained import EXTRAPOLATED, Explained
from tests.support.pages import POSCAR, SALT, app, html, text, upload

GAP, ENERGY = "optb88vdw_bandgap", "formation_energy_peratom"
ERRORS = {GAP: 0.125, ENERGY: 0.03}


def explained(coverage_band=0, **changes):
    fields = {
        "formula": "X",
        "model": "some",
        "values": {GAP: 1.5, ENERGY: -0.5},
        "num_sites": 2,
        "intervals": {GAP: (-0.25, 2.0)},
        "reliability": Reliability(BANDS[coverage_band], 0.9, 100),
    }
    return Explained(Prediction(**(fields | changes)), ERRORS, {})


def test_the_heading_is_the_formula_and_says_what_it_is(random_weights):
    test = app(crystal="perovskite-srtio3")
    assert [each.value for each in test.title] == ["SrTiO₃"]
    assert "Strontium titanate · Pm3̅m (221) · 5 atoms" in text(test)


@pytest.mark.parametrize("page", ["2_Compare", "3_Batch", "5_Model"])
def test_every_other_page_has_its_name_as_heading(random_weights, page):
    test = app(f"pages/{page}.py")
    assert [each.value for each in test.title] == [page[2:]]


def test_cards_show_headline_numbers_and_what_is_measured(random_weights):
    page = html(app(crystal=SALT.id))
    for heading in ("Band gap", "Formation energy", "Bulk modulus"):
        assert f"<h2>{heading}</h2>" in page
    assert "<b>8.50</b>" in page
    assert "J. Phys. Chem. Lett. 9, 1668 (2018)" in page


def test_an_uploaded_textbook_crystal_has_its_measured_values(random_weights):
    test = app()
    silicon = "Si2\n1.0\n0 2.7155 2.7155\n2.7155 0 2.7155\n2.7155 2.7155 0\nSi\n2\n"
    upload(test, "x.vasp", f"{silicon}Direct\n0 0 0\n.25 .25 .25\n".encode())
    assert "<b>1.12</b>" in html(test)
    assert "Measured: source" in html(test)
    upload(test, "y.vasp", POSCAR.encode())
    assert "Measured: source" not in html(test)


def test_intervals_that_do_not_hold_say_so_in_place():
    shown, odd = explained(), explained(BEYOND)
    assert shown.intervals_hold
    assert not odd.intervals_hold
    assert "ib-hatched" in odd.bar(GAP, (0.0, 2.0))
    assert "ib-hatched" not in shown.bar(GAP, (0.0, 2.0))
    assert EXTRAPOLATED not in shown.interval(GAP)


def test_numbers_that_cannot_be_negative_are_not():
    assert explained().interval(GAP) == "0 to 2.00"
    assert explained().numbers(GAP) == [1.5, 0.0, 2.0]
    assert explained().axis([ENERGY]) == (-0.5, 0.0)


def test_downloads_have_intervals_model_version_and_citation(random_weights):
    test = app(crystal=SALT.id)
    assert {"CSV", "JSON"} <= {button.label for button in test.download_button}
    predictor, structure = Predictor(), SALT.structure()
    given = (predictor.predict([structure])[0], structure, predictor)
    rows = pd.read_csv(io.BytesIO(csv_file(*given))).set_index("property")
    found = json.loads(json_file(*given, ("Check this.",)))
    assert found["warnings"] == ["Check this."]
    assert found["version"] == __version__
    assert "090703" in found["citations"][0]
    assert rows["citation"].iloc[0].startswith(found["citations"][0])
    for key, entry in found["properties"].items():
        assert rows.loc[key, "value"] == entry["value"]
        assert rows.loc[key, "unit"] == entry["unit"]
    assert set(rows["model"]) == {found["model"]}

"""Predict: values, units, facts, and what it says where the model cannot."""

import pytest

from crysformer.predict.predictor import Predictor
from crysformer.ui.session.numbers import readable
from tests.support.pages import (
    ATTENTION,
    POSCAR,
    SALT,
    app,
    properties,
    tables,
    text,
    upload,
    views,
)

ENERGY = "formation_energy_peratom"


def test_predict_shows_values_with_units_and_errors(random_weights):
    test = app(crystal=SALT.id)
    row = properties(test)[ENERGY]
    predicted = Predictor().predict([SALT.structure()])[0].values[ENERGY]
    assert row["value"] == f"{predicted:.2f} eV/atom".replace("-", "−")
    assert row["property"].startswith("Formation energy OptB88vdW")
    assert "kept out of training: 0.12 eV/atom" in row["property"]
    assert "Labels: JARVIS-DFT, OptB88vdW." in row["property"]


def test_a_negative_modulus_is_shown_as_zero_with_a_note(random_weights):
    test = app(crystal=SALT.id)
    row = properties(test)["bulk_modulus_kv"]
    assert row["value"] == "0 GPa"
    assert "The model predicts −99" in row["property"]


def test_facts_come_from_the_crystal(random_weights):
    test = app(crystal=SALT.id)
    facts = next(table for table in tables(test) if "Fact" in table).set_index("Fact")
    assert facts.loc["Space group", "Value"].endswith("(225)")
    assert facts.loc["Crystal system", "Value"] == "cubic"
    assert facts.loc["Wyckoff positions", "Value"] == "Na 4a, Cl 4b"
    assert facts.loc["Atoms in this cell", "Value"] == "8 (primitive cell: 2)"
    assert float(facts.loc["Density", "Value"].split()[0]) == pytest.approx(
        2.16, abs=0.02
    )


def test_missing_weights_are_a_sentence_and_the_crystal_stays(monkeypatch, tmp_path):
    monkeypatch.setenv("CRYSFORMER_WEIGHTS", str(tmp_path))
    test = app(crystal=SALT.id)
    assert "There is no model" in text(test)
    assert any("Fact" in table for table in tables(test))


@pytest.mark.parametrize(
    ("page", "graph"),
    [(None, "Atomistic"), (ATTENTION, "Atomistic"), (ATTENTION, "Line")],
)
def test_a_crystal_that_cannot_be_predicted_keeps_its_picture(
    random_weights, page, graph
):
    test = app(crystal=SALT.id, graph=graph)
    upload(test, "lonely.vasp", POSCAR.replace("4.12", "90").encode())
    if page:
        test.switch_page(page).run()
    assert not test.exception
    assert "too empty" in text(test)
    assert len(views(test)) == 1


@pytest.mark.parametrize(
    ("value", "error", "shown"),
    [
        (-1.87412, 0.0334, "−1.874"),
        (-0.0004, 0.0334, "0.000"),
        (163.42, 10.2, "163"),
        (1637.2, 478.0, "1640"),
        (3.14159, None, "3.14"),
        (3.14159, 0.0, "3.14"),
    ],
)
def test_numbers_have_the_digits_their_error_warrants(value, error, shown):
    assert readable(value, error) == shown

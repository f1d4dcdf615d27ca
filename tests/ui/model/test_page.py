"""Model: the card, the errors of a property, and the self-test."""

import json
import shutil

import pytest
import streamlit as st
import yaml

from crysformer.evaluation.published import ALL
from crysformer.figures.crystals import titles
from crysformer.model.ablations import COLUMNS, read_ablations
from crysformer.model.card import read_card, shown_properties
from crysformer.model.checksums import write_checksums
from crysformer.model.config import DEFAULT_MODEL
from crysformer.model.files import ABLATIONS, GOLDEN, SMOOTHNESS
from crysformer.paths import weights_folder
from crysformer.properties.table import PROPERTIES
from crysformer.trust.stability import HULL
from crysformer.ui.model import card as model_card
from crysformer.ui.model import errors
from crysformer.ui.session import state
from tests.support.pages import app, block_tables, properties, tables, text

MODEL = "pages/5_Model.py"
SHIPPED = weights_folder() / DEFAULT_MODEL
CARD = read_card(SHIPPED)


@pytest.fixture
def other_weights(tmp_path, monkeypatch):
    """A copy of the shipped model's folder, which a test may spoil."""
    folder = tmp_path / DEFAULT_MODEL
    shutil.copytree(SHIPPED, folder)
    monkeypatch.setenv("CRYSFORMER_WEIGHTS", str(tmp_path))
    return folder


def numbers(cells):
    """Numbers that stand in cells, with their commas."""
    return cells.str.replace(",", "").astype(float).tolist()


def test_the_card_says_what_the_model_saw():
    test = app(MODEL)
    facts = next(table for table in tables(test) if "Fact" in table).set_index("Fact")
    crystals = CARD["training_data"]["crystals"]
    assert f"{crystals['train']:,} crystals" in facts.loc["Training data", "Value"]
    assert f"{crystals['val']:,}" in facts.loc["Validation data", "Value"]
    assert not test.error


def test_a_second_visit_is_drawn_from_the_cache():
    first, second = app(MODEL), app(MODEL)
    assert [len(table) for table in block_tables(first)] == [
        len(table) for table in block_tables(second)
    ]


def test_the_error_table_repeats_the_card():
    test = app(MODEL)
    rows = next(table for table in block_tables(test) if "MAE" in table)
    keys = shown_properties(CARD)
    assert len(rows) == len(keys)
    assert "ehull" not in keys
    errors = CARD["validation"]["errors"]
    assert numbers(rows["MAE"]) == pytest.approx(
        [errors[key]["mae"] for key in keys], rel=5e-3
    )
    assert not rows["Mean width"].str.contains("e").any()
    coverage = CARD["validation"]["coverage"]
    held = [100.0 * coverage[key]["all"]["coverage"] for key in keys]
    assert rows["Coverage"].tolist() == [f"{share:.1f} %" for share in held]
    assert rows["Property"].is_unique


def test_errors_stand_beside_the_papers_with_their_crystals():
    test = app(MODEL)
    rows = next(table for table in block_tables(test) if "Paper's MAE" in table)
    errors = CARD["validation"]["errors"]
    everyone = rows[rows["Our crystals"] == ALL]
    keys = [key for key in errors if PROPERTIES[key].paper_mae is not None]
    assert numbers(everyone["Our MAE"]) == pytest.approx(
        [errors[key]["mae"] for key in keys], rel=5e-3
    )
    assert numbers(everyone["Paper's MAE"]) == [PROPERTIES[k].paper_mae for k in keys]
    assert numbers(everyone["Crystals"]) == [errors[key]["n"] for key in keys]
    assert "lacks the contents of its tables" in text(test)


def test_errors_stand_beside_those_of_other_networks():
    test = app(MODEL)
    rows = next(table for table in block_tables(test) if "coGN" in table)
    rows = rows.set_index("Property")
    error = CARD["validation"]["errors"]["optb88vdw_bandgap"]
    gap = rows.loc["Band gap, OptB88vdW eV"]
    ours, crystals = gap["Ours"].split(" of ")
    assert float(ours) == pytest.approx(error["mae"], rel=5e-3)
    assert int(crystals.replace(",", "")) == error["n"]
    assert gap["coGN"] == "0.122"
    assert gap["Matformer"] == "–"
    said = text(test)
    assert "**Not the same crystals:**" in said
    assert "npj Comput. Mater. 10, 93 (2024)" in said


def test_every_property_has_its_pictures():
    test = app(MODEL)
    for key in shown_properties(CARD)[:: len(shown_properties(CARD)) - 1]:
        test.selectbox(key=state.MODEL_PROPERTY).set_value(key).run()
        assert not test.exception
        assert not test.error
        said = text(test)
        for heading in (
            "Predicted against computed",
            "Learning curve",
            "Error by cell size",
            "Coverage of the 90 % intervals",
            "Error by chemistry",
            "Error by distance from the training data",
            "Coverage by distance from the training data",
        ):
            assert heading in said
        assert "Beyond the 99th percentile intervals are extrapolated" in said
        parts = read_ablations(SHIPPED) is not None
        judged = HULL in shown_properties(CARD)
        assert len(test.get("plotly_chart")) == 8 + parts + judged
        wrong = CARD["validation"]["novelty"]["volume scaled"]["auroc"]
        assert f"volume scaled {wrong:.2f}" in said


def test_a_property_can_be_named_in_the_url():
    name = titles(shown_properties(CARD))["mbj_bandgap"]
    test = app(MODEL, **{state.MODEL_PROPERTY: name})
    assert test.selectbox(key=state.MODEL_PROPERTY).value == "mbj_bandgap"


def test_the_self_test_says_that_nothing_differs():
    test = app(MODEL)
    test.button(key=model_card.SELF_TEST).click().run()
    assert "No difference" in "".join(item.value for item in test.success)


def test_the_self_test_lists_what_differs(other_weights):
    golden = json.loads((other_weights / GOLDEN).read_text())
    iron = golden["predictions"]["bcc-fe"]
    moment = iron["magmom_oszicar"]
    iron["magmom_oszicar"] = moment + 0.5
    (other_weights / GOLDEN).write_text(json.dumps(golden))
    write_checksums(other_weights)
    test = app(MODEL)
    test.button(key=model_card.SELF_TEST).click().run()
    assert "1 numbers differ" in text(test)
    [row] = next(table for table in tables(test) if "Shipped" in table).to_dict("records")
    assert row["Crystal"] == "bcc-fe"
    assert row["Shipped"] == pytest.approx(moment + 0.5)
    assert row["Now"] == pytest.approx(moment, abs=1e-3)


@pytest.mark.parametrize("name", ["card.yml", "curves.jsonl", "validation.csv.gz"])
def test_a_damaged_file_is_a_sentence(other_weights, name):
    (other_weights / name).write_bytes(b"\x1f\x8b{")
    write_checksums(other_weights)
    test = app(MODEL)
    assert "cannot be read" in "".join(item.value for item in test.error)


def test_what_parts_of_the_network_are_worth(other_weights):
    rows = [",".join(COLUMNS)]
    for part, seed, error in (("", 0, 0.9), ("", 1, 1.1), ("line_graph", 0, 1.5)):
        rows += [
            f"{part},{seed},12000,8,{key},300,{error}" for key in shown_properties(CARD)
        ]
    (other_weights / ABLATIONS).write_text("\n".join(rows) + "\n")
    write_checksums(other_weights)
    test = app(MODEL)
    assert len(test.get("plotly_chart")) == 9 + (HULL in shown_properties(CARD))
    said = text(test)
    assert "What each part of the network contributes" in said
    assert "8 epochs on 12,000 crystals" in said
    assert "20.0 % apart here" in said
    assert "no line graph +50.0 %" in said


def test_a_damaged_table_of_parts_leaves_the_rest(other_weights):
    (other_weights / ABLATIONS).write_text("nonsense\n")
    write_checksums(other_weights)
    test = app(MODEL)
    assert "ablations of model" in "".join(item.value for item in test.error)
    assert "Error by distance from the training data" in text(test)


def test_a_model_without_intervals_shows_the_rest(other_weights):
    card = yaml.safe_load((other_weights / "card.yml").read_text())
    del card["validation"]["coverage"]
    (other_weights / "card.yml").write_text(yaml.safe_dump(card))
    write_checksums(other_weights)
    test = app(MODEL)
    assert not test.error
    assert "Error by chemistry" in text(test)
    assert "Coverage" not in text(test)


def test_predict_shows_intervals_and_how_unlike_the_crystal_is():
    test = app()
    assert " to " in properties(test)["formation_energy_peratom"]["interval"]
    said = text(test)
    assert "% of the validation crystals" in said
    assert "of 100 computed values lay inside" in said


def test_without_intervals_no_column_promises_any(random_weights):
    test = app()
    assert not any(" to " in row["interval"] for row in properties(test).values())
    assert "of 100 computed values" not in text(test)


def test_the_jumps_under_noise_are_drawn_and_damage_is_a_sentence(other_weights):
    test = app(MODEL)
    assert "##### Jumps under noise" in text(test)
    (other_weights / SMOOTHNESS).write_text("property\nmagmom_oszicar\n")
    write_checksums(other_weights)
    st.cache_data.clear()  # A server keeps what it has drawn.
    test = app(MODEL)
    assert any("jumps" in error.value for error in test.error)


def test_what_is_drawn_once_is_drawn_again_and_follows_the_property(monkeypatch):
    calls = []
    monkeypatch.setattr(errors, "parity", lambda rows, name: calls.append(name))
    first, second = app(MODEL), app(MODEL)
    assert len(calls) == 1
    assert text(first) == text(second)
    assert len(first.get("plotly_chart")) == len(second.get("plotly_chart")) > 3
    second.selectbox(key=state.MODEL_PROPERTY).select_index(3).run()
    assert len(calls) == 2
    assert calls[0] != calls[1]

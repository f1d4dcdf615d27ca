"""The attention laboratory: modules, blocks, atoms, and the test of what it means."""

import time

import numpy as np
import pytest

from crysformer.attention.reduce import Choice, centre_weights
from crysformer.attention.sites import site_numbers
from crysformer.faithfulness.curves import Way
from crysformer.faithfulness.knockout import Variant
from crysformer.faithfulness.study import study
from crysformer.faithfulness.tables import in_unit
from crysformer.faithfulness.verdict import find_each, headline, verdict
from crysformer.predict.predictor import Predictor
from crysformer.properties.table import PROPERTIES
from crysformer.ui.session import state
from crysformer.ui.session.numbers import fixed, signed
from tests.support.pages import (
    ATTENTION,
    LIBRARY,
    SALT,
    SILICON,
    app,
    block_tables,
    tables,
    text,
)

QUARTZ = LIBRARY["quartz-sio2"]
OPEN, ASKED = "Whole test", "Does it mean anything?"


def table_with(test, *columns):
    return next(t for t in tables(test) if set(columns) <= set(t.columns))


def correlations(test):
    """The table of all properties, as texts."""
    return next(t for t in block_tables(test) if "Cross" in t)


def weights_of(test, column="Value"):
    """What the weights of each centre sum to; each row stands for its equals."""
    table = table_with(test, column, "From")
    return (table[column] * table["Equal"]).groupby(table["From"]).sum().to_numpy()


def press(test):
    next(button for button in test.button if button.label == OPEN).click().run()
    assert not test.exception
    return test


def known_study(crystal):
    predictor = Predictor()
    return study(
        predictor.model,
        predictor.answer(crystal.structure()).seen,
        {
            module: lambda b, module=module: centre_weights(b, Choice(module))
            for module in ("Cross", "Conditional")
        },
        curves=False,
    )


def wait_for_verdict(test):
    for _ in range(200):
        line = next(each.value for each in test.markdown if ASKED in each.value)
        if "Removing every bond" not in line:
            return line.replace("\\", "")
        time.sleep(0.1)
        test.run()
    raise AssertionError(line)


def sentences(test):
    return [each.value for each in test.info]


def plots(test):
    return test.get("plotly_chart")


def test_only_the_open_tab_is_computed(random_weights):
    assert len(plots(app(ATTENTION, crystal=SALT.id))) == 0
    assert len(plots(app(ATTENTION, crystal=SALT.id, tab="Blocks and heads"))) == 2
    assert len(plots(app(ATTENTION, crystal=SALT.id, tab="Bond lengths"))) == 1


def test_atoms_have_entropy_and_effective_neighbours(random_weights):
    test = app(ATTENTION, crystal=QUARTZ.id, tab="Atoms", module="Conditional", block="2")
    table = table_with(test, "Atom", "Entropy")
    bonds = Predictor().bond_attention(QUARTZ.structure())
    numbers = site_numbers(bonds, Choice("Conditional", block=1))
    found = table["Effective neighbours"].to_numpy()
    assert found == pytest.approx(numbers["Effective neighbours"])
    assert (found <= table["Bonds"]).all()
    assert table["Entropy"].to_numpy() == pytest.approx(np.log(found))


def test_side_by_side_lists_both_modules(random_weights):
    test = app(ATTENTION, crystal=SALT.id, module="Side by side", scale="Weight")
    table = table_with(test, "Value", "Second")
    for column in ("Value", "Second"):
        assert weights_of(test, column) == pytest.approx(1.0)
    assert not np.allclose(table["Value"], table["Second"])


def test_roll_out_sums_to_one_and_ignores_block_and_head(random_weights):
    query = {"crystal": QUARTZ.id, "over": "Roll-out", "scale": "Weight"}
    test = app(ATTENTION, **query)
    assert weights_of(test) == pytest.approx(1.0)
    table = table_with(test, "Value", "From")
    single = table_with(app(ATTENTION, **query, block="1", head="2"), "Value", "From")
    assert single["Value"].tolist() == table["Value"].tolist()
    mean = table_with(app(ATTENTION, **(query | {"over": "Mean"})), "Value", "From")
    assert mean["Value"].tolist() != table["Value"].tolist()


def test_a_roll_out_says_what_is_not_on_the_bonds(random_weights):
    test = app(ATTENTION, crystal=QUARTZ.id, over="Roll-out", tab="Atoms")
    table = table_with(test, "Itself", "Farther")
    assert (table["Itself"] > 0.25).all()  # (1/2)^2 never leaves, in two blocks
    assert (table["Itself"] + table["Farther"] < 1.0).all()


def test_contributions_are_listed_with_the_atoms(random_weights):
    test = app(ATTENTION, crystal=QUARTZ.id, atoms="Contribution", tab="Atoms")
    table = table_with(test, "Atom", "Contribution")
    by_element = table.groupby(table["Atom"].str[:1])["Contribution"]
    assert (by_element.nunique() == 1).all()
    assert table["Contribution"].nunique() == 2


def test_a_missing_reverse_is_blank_and_explained(random_weights):
    test = app(ATTENTION, crystal=LIBRARY["rutile-tio2"].id)
    table = table_with(test, "Reverse", "Asymmetry")
    assert table["Reverse"].isna().any()
    assert (table["Reverse"].isna() == table["Asymmetry"].isna()).all()
    assert "the neighbour does not attend back" in text(test)


def test_settings_are_in_the_url(random_weights):
    query = {
        "module": "Side by side",
        "over": "Maximum",
        "block": "2",
        "atoms": "Entropy",
        "strongest": "4",
        "thickness": "1.5",
        "tab": "Atoms",
    }
    test = app(ATTENTION, crystal=SALT.id, **query)
    for name, value in query.items():
        assert test.query_params[name] == value or test.query_params[name] == [value]


@pytest.mark.parametrize(
    "query",
    [
        {"atoms": "x", "strongest": "999", "least": "-5", "thickness": "99", "tab": "?"},
        {"graph": "Line", "module": "Side by side", "over": "Roll-out"},
        {"atoms": "Contribution", "contribution": "nonsense", "effect": "nonsense"},
        {"knockout": "nonsense", "block": "0", "head": "-1", "one_scale": "perhaps"},
    ],
)
def test_bad_values_in_the_url_fall_back(random_weights, query):
    test = app(ATTENTION, crystal=SALT.id, **query)
    assert not test.error
    assert table_with(test, "From") is not None or query.get("tab")


def test_the_test_is_closed_until_it_is_asked_for(random_weights):
    test = app(ATTENTION, crystal=QUARTZ.id)
    assert sentences(test) == []
    assert "All properties" not in text(test)
    assert "All properties" in text(press(test))


def test_the_verdict_comes_by_itself_and_is_that_of_the_library(random_weights):
    test = app(ATTENTION, crystal=QUARTZ.id)
    assert "Removing every bond in turn" in text(test)
    finding = find_each(known_study(QUARTZ), "Cross")[0]
    assert ASKED in wait_for_verdict(test)
    assert headline(finding, "Cross") in wait_for_verdict(test)


def test_large_crystals_are_tested_on_request_only(random_weights):
    test = app(ATTENTION, crystal="garnet-y3al5o12")
    assert "The test removes every bond in turn" in text(test)
    press(test)
    assert any(button.label == "Remove every bond in turn" for button in test.button)
    assert sentences(test) == []


def test_few_independent_bonds_show_effects_and_no_judgement(random_weights):
    test = press(app(ATTENTION, crystal=SILICON.id))
    assert sentences(test) == ["**too few independent bonds to judge**"]
    assert len(plots(test)) == 2
    assert len(correlations(test)) == len(set(correlations(test)["Property"]))
    assert "independent bonds are too few" in wait_for_verdict(test)


def test_the_sentence_and_the_table_are_those_of_the_library(random_weights):
    test = press(app(ATTENTION, crystal=QUARTZ.id, effect="Band gap (eV)"))
    finding = find_each(known_study(QUARTZ), "Cross")[1]
    sentence = verdict(finding, "Cross", "“Band gap”")
    assert sentences(test)[0].replace("\\", "") == f"**{sentence}**"
    row = correlations(test).set_index("Property").loc["Band gap (eV)"]
    found = finding.attention
    assert row["Cross"] == f"{fixed(found.rho)} p = {found.p:.4f}"
    assert row["Gradient × input"] == fixed(finding.baselines["Gradient × input"])
    test.segmented_control(key="rank_measure").set_value("τ").run()
    row = correlations(test).set_index("Property").loc["Band gap (eV)"]
    assert row["Cross"] == fixed(found.tau)


def test_the_other_way_of_taking_bonds_away_has_other_numbers(random_weights):
    masked = press(app(ATTENTION, crystal=QUARTZ.id))
    zeroed = press(
        app(ATTENTION, crystal=QUARTZ.id, knockout="Weight set to zero after it")
    )
    one, two = (correlations(test)["Cross"].tolist() for test in (masked, zeroed))
    assert one != two


def test_words_for_people_stand_in_the_url(random_weights):
    query = {"knockout": Variant.ZEROED.label, "curve": Way.INSERTION.label}
    test = press(app(ATTENTION, crystal=QUARTZ.id, **query))
    assert test.segmented_control(key=state.KNOCKOUT).value == Variant.ZEROED
    assert test.segmented_control(key=state.CURVE).value == Way.INSERTION
    assert "smaller is better" in text(test)
    assert {name: test.query_params[name] for name in query} in (
        query,
        {name: [value] for name, value in query.items()},
    )


def test_controls_are_shown_with_their_numbers(random_weights):
    said = text(press(app(ATTENTION, crystal=QUARTZ.id))).replace("\\", "")
    assert "networks with shuffled weights, median ρ" in said
    assert "after accounting for length and number of bonds" in said
    assert "Symmetry-equivalent bonds in a doubled cell" in said


def test_the_difference_has_a_sentence_for_each_module(random_weights):
    test = press(app(ATTENTION, crystal=QUARTZ.id, module="Difference"))
    assert len(sentences(test)) == 2
    assert "conditional attention" in sentences(test)[1]


def test_another_crystal_is_tested_anew(random_weights):
    test = press(app(ATTENTION, crystal=SILICON.id))
    test.selectbox(key=state.CRYSTAL_WIDGET).select(SALT.id).run()
    assert "3 independent bonds are too few" in wait_for_verdict(test)


def test_contributions_of_equal_atoms_are_unknown_and_elements_are_shown(random_weights):
    test = app(ATTENTION, crystal=SILICON.id, atoms="Contribution")
    assert not test.exception
    assert "All atoms of this crystal are of one kind" in text(test)


def test_the_effect_on_the_card_is_that_of_the_whole_test(random_weights):
    predictor, found = Predictor(), known_study(SALT)
    scaling = predictor.checkpoint.scalings[0]
    change = in_unit(
        found.change[Variant.MASKED][0, 0],
        float(found.outputs[0]),
        scaling,
        SALT.structure(),
    )
    said = text(app(ATTENTION, crystal=SALT.id, bond="0"))
    assert f"**{signed(float(change))} {PROPERTIES[scaling.key].unit}**" in said

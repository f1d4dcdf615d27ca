"""Attention: sums, settings, and the angles of a picked bond."""

import pytest

from tests.support.pages import ATTENTION, SALT, app, tables, text


def bond_rows(test):
    return next(table for table in tables(test) if "Value" in table and "From" in table)


def test_attention_sums_to_one_and_settings_change_it(random_weights):
    rows = bond_rows(app(ATTENTION, crystal=SALT.id, scale="Weight"))
    assert rows.groupby("From")["Value"].sum().to_numpy() == pytest.approx(1.0)
    lift = bond_rows(app(ATTENTION, crystal=SALT.id))
    assert lift.groupby("From")["Value"].mean().to_numpy() == pytest.approx(1.0)
    other = bond_rows(
        app(ATTENTION, crystal=SALT.id, module="Conditional", block="2", head="1")
    )
    assert not other["Value"].equals(rows["Value"])


def test_line_graph_lists_the_partners_of_the_picked_bond(random_weights):
    test = app(ATTENTION, crystal=SALT.id, graph="Line", scale="Weight", bond="3")
    rows = bond_rows(test)
    assert "17 bonds that Na1 → Cl" in text(test)
    # Sodium has 6 + 12 neighbours; the bond does not attend to itself.
    assert len(rows) == 17
    assert 3 not in rows["Bond"].tolist()
    assert rows["Value"].sum() == pytest.approx(1.0)
    assert set(rows["Angle"].round(3)) >= {90.0, 180.0, 45.0, 135.0}

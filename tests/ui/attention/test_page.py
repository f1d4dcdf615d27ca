"""Attention: sums, settings, and the angles of a picked bond."""

import pytest

from tests.support.pages import ATTENTION, SALT, app, tables


def bond_rows(test):
    return next(table for table in tables(test) if "Value" in table and "From" in table)


def test_attention_sums_to_one_and_settings_change_it(random_weights):
    rows = bond_rows(app(ATTENTION, crystal=SALT.id, scale="Weight"))
    sums = (rows["Value"] * rows["Equal"]).groupby(rows["From"]).sum()
    assert sums.to_numpy() == pytest.approx(1.0)
    lift = bond_rows(app(ATTENTION, crystal=SALT.id, all_bonds="true"))
    assert lift.groupby("From")["Value"].mean().to_numpy() == pytest.approx(1.0)
    other = bond_rows(
        app(ATTENTION, crystal=SALT.id, module="Conditional", block="2", head="1")
    )
    assert not other["Value"].equals(rows["Value"])


def test_line_graph_lists_the_partners_of_the_picked_bond(random_weights):
    query = {"graph": "Line", "scale": "Weight", "bond": "3"}
    test = app(ATTENTION, crystal=SALT.id, all_bonds="true", **query)
    rows = bond_rows(test)
    # Sodium has 6 + 12 neighbours; the bond does not attend to itself.
    assert len(rows) == 17
    assert 3 not in rows["Bond"].tolist()
    assert rows["Value"].sum() == pytest.approx(1.0)
    kinds = bond_rows(app(ATTENTION, crystal=SALT.id, **query))
    assert len(kinds) < len(rows)
    assert kinds["Equal"].sum() == len(rows)
    assert set(rows["Angle"].round(3)) >= {90.0, 180.0, 45.0, 135.0}

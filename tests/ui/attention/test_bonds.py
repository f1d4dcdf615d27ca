"""The selected bond and the table of bonds: equal ones once, numbers of the library."""

from crysformer.predict.predictor import Predictor
from tests.support.pages import ATTENTION, SALT, app, tables, text


def table_with(test, *columns):
    return next(t for t in tables(test) if set(columns) <= set(t.columns))


def test_equal_bonds_are_one_row_and_all_of_them_on_request(random_weights):
    short = table_with(app(ATTENTION, crystal=SALT.id), "Value", "Equal")
    every = table_with(app(ATTENTION, crystal=SALT.id, all_bonds="true"), "Value")
    # Four atoms of each element with 6 + 12 neighbours.
    assert short.groupby("From")["Equal"].apply(sorted).tolist() == [[6, 12], [6, 12]]
    assert len(every) == 8 * 18


def test_the_card_has_the_numbers_of_the_selected_bond(random_weights):
    test = app(ATTENTION, crystal=SALT.id, bond="0")
    bonds = Predictor().bond_attention(SALT.structure())
    said = text(test)
    assert f"**{bonds.bonds.length[0]:.3f} Å**" in said
    assert "×6 of 18" in said
    assert f"**{18 * bonds.cross[0].mean():.2f}**" in said
    assert "Removed, with the 47 directed bonds equal or reverse to it" in said
    lifts = 18 * bonds.cross[0]
    [card] = [each for each in test.get("html") if "Lift, cross" in each.proto.body]
    assert all(f">{lift:.1f}</td>" in card.proto.body for lift in lifts.ravel())


def test_block_and_head_stay_in_url_and_session(random_weights):
    test = app(ATTENTION, crystal=SALT.id, block="2", head="1")
    first = table_with(test, "Value")["Value"].tolist()
    test.switch_page("pages/5_Model.py").run()
    test.switch_page(ATTENTION).run()
    assert table_with(test, "Value")["Value"].tolist() == first
    assert test.query_params["block"] in ("2", ["2"])

"""A disordered file: its sentence, the offer, and the mark on what is made of it."""

import pytest

from crysformer.ui.session import state
from crysformer.ui.session.text import plain
from tests.support.crystal_files import cif
from tests.support.pages import SALT, SILICON, app, text, upload, views

MIXED = cif(
    [("Na1", 0, 0, 0, 0.5), ("K1", 0, 0, 0, 0.5), ("Cl1", 0.5, 0.5, 0.5, 1)],
    cell=(4, 4, 4, 90, 90, 90),
).encode()
NAME = "<b>mixed</b>.cif"
HOPELESS = cif([("Na1", 0, 0, 0, 0.01)]).encode()

pytestmark = pytest.mark.usefixtures("random_weights")


def offers(test):
    return [each for each in test.button if (each.key or "").startswith("order_")]


def test_the_offer_is_taken_and_the_crystal_is_marked():
    test = app(crystal=SALT.id)
    upload(test, NAME, MIXED)
    assert not test.error
    assert "is disordered" in text(test)
    assert plain(f"Still shown: {SALT.name}.") in text(test)
    assert test.session_state[state.CRYSTAL] == SALT.id
    (offer,) = offers(test)
    assert plain(NAME) in offer.label
    offer.click().run()
    assert not test.exception
    assert not test.error
    assert not offers(test)
    assert plain(f"{NAME} (ordered approximation)") in text(test)
    assert test.info[0].value.startswith(plain(f"{NAME} is disordered; this is an"))
    assert plain("K 0.5 + Na 0.5 became 1 K, 1 Na") in test.info[0].value
    view = str(views(test)[0].proto)
    assert "ordered-approximation" in view
    test.selectbox(key=state.CRYSTAL_WIDGET).select(SILICON.id).run()
    assert not test.info


def test_another_crystal_withdraws_the_offer():
    test = app(crystal=SALT.id)
    upload(test, NAME, MIXED)
    test.selectbox(key=state.CRYSTAL_WIDGET).select(SILICON.id).run()
    assert not offers(test)
    assert not test.error


def test_an_offer_can_be_dismissed():
    test = app(crystal=SALT.id)
    upload(test, NAME, MIXED)
    (token,) = test.session_state[state.OFFERS]
    test.button(key=f"dismiss_{token}").click().run()
    assert not offers(test)
    assert "is disordered" not in text(test)


def test_an_offer_that_fails_is_a_sentence():
    test = app(crystal=SALT.id)
    upload(test, "thin.cif", HOPELESS)
    offers(test)[0].click().run()
    assert not test.exception
    assert "not one whole atom" in test.error[0].value
    assert test.session_state[state.CRYSTAL] == SALT.id


def test_what_is_broken_otherwise_has_no_offer():
    test = app(crystal=SALT.id)
    upload(test, "notes.txt", b"dear diary")
    assert test.error
    assert not offers(test)

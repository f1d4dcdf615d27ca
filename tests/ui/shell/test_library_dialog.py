"""What the structure library shows for what a browser asks."""

import pytest

from crysformer.library.catalogue import load_library
from crysformer.library.search import find_crystals
from crysformer.ui.session import state
from crysformer.ui.shell.library_dialog import (
    FAMILIES,
    MAX_TEXT,
    PAGE_SIZE,
    Query,
    known_elements,
    picker_data,
)
from tests.support.pages import SALT, app, views


def names(data):
    return [card["id"] for card in data["cards"]]


def test_without_a_question_the_library_comes_page_by_page():
    seen, page = [], 0
    while len(seen) < len(load_library()):
        data = picker_data(Query(page=page))
        assert data["total"] == len(load_library())
        assert data["first"] == len(seen)
        assert 0 < len(data["cards"]) <= PAGE_SIZE
        seen += names(data)
        page += 1
    assert seen == list(load_library())


def test_a_page_beyond_the_last_is_the_last():
    data = picker_data(Query(text="spinel", page=7))
    assert data["page"] == 0
    assert "spinel-mgal2o4" in names(data)


def test_elements_and_text_narrow_together():
    query = Query.read({"text": "perovskite", "all": ["Ti"], "any": [], "none": ["Pb"]})
    found = names(picker_data(query))
    assert "perovskite-srtio3" in found
    assert "tetragonal-perovskite-pbtio3" not in found


def test_nothing_found_is_an_empty_page():
    data = picker_data(Query(text="unobtainium"))
    assert (data["total"], data["cards"], data["page"]) == (0, [], 0)


def test_a_card_says_what_it_is():
    card = next(c for c in picker_data(Query(text="rutile TiO2"))["cards"])
    assert card["formula"] == "TiO₂"
    assert card["facts"] == "P4₂/mnm (136)"
    assert card["prototype"].startswith("rutile")
    assert card["picture"].startswith("data:image/svg+xml;base64,")


def test_pictures_follow_the_colours_of_the_view():
    one, other = (
        picker_data(Query(text="NaCl"), scheme)["cards"][0]["picture"]
        for scheme in ("Jmol", "VESTA")
    )
    assert one != other
    assert picker_data(Query(text="NaCl"), "nonsense")["cards"][0]["picture"] == one


@pytest.mark.parametrize(
    "sent",
    [
        None,
        [],
        "x",
        {"all": "Ti"},
        {"page": -1},
        {"page": 1e9},
        {"page": "2"},
        {"any": 3},
    ],
)
def test_anything_a_browser_may_send_is_a_query(sent):
    assert Query.read(sent) == Query()


def test_unknown_elements_and_long_texts_are_cut():
    query = Query.read({"text": "x" * 999, "all": ["Ti", "Xx", "<b>", 7], "page": 3})
    assert len(query.text) == MAX_TEXT
    assert query.all == ("Ti",)
    assert query.page == 3


@pytest.mark.parametrize(("label", "words"), FAMILIES)
def test_every_family_finds_several(label, words):
    assert len(find_crystals(text=words)) >= 3


def test_known_elements_are_those_of_the_crystals():
    assert {"Na", "Cl", "U"} <= set(known_elements())
    assert "He" not in known_elements()


def test_the_button_opens_the_dialog_with_the_last_question(random_weights):
    test = app(crystal=SALT.id)
    assert len(views(test)) == 1
    test.session_state[state.LIBRARY_QUERY] = Query(text="quartz")
    next(each for each in test.button if each.label == "Library").click().run()
    assert not test.exception
    assert len(views(test)) == 2


@pytest.mark.parametrize(
    ("query", "said"),
    [
        (Query(text="quarz"), "Nothing is called “quarz”; this is “quartz”."),
        (Query(text="xyzzy"), "Nothing in the library is called “xyzzy”"),
        (Query(text="xyzzy", all=("Na",)), "has these elements"),
        (Query(all=("Na", "Au")), "No crystal of the library has these elements"),
        (Query(text="quartz"), ""),
    ],
)
def test_what_is_said_fits_what_was_typed(query, said):
    data = picker_data(query)
    assert said in data["said"] if said else not data["said"]
    assert bool(data["total"]) == (said == "" or "this is" in said)
    assert ("upload" in data["said"]) == (not data["total"])


def test_space_groups_on_cards_are_typeset():
    [card] = picker_data(Query(text="NaCl"))["cards"]
    assert card["facts"] == "Fm3\N{COMBINING OVERLINE}m (225)"
    [card] = picker_data(Query(text="graphite 2H"))["cards"]
    assert card["facts"] == "P6\N{SUBSCRIPT THREE}/mmc (194)"

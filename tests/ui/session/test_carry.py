"""What was set on one page is still set on the next, unless the URL says otherwise."""

from urllib.parse import parse_qs

from crysformer.model.config import DEFAULT_MODEL
from crysformer.ui.session import state
from tests.support.pages import ATTENTION, SALT, app

COMPARE = "pages/2_Compare.py"


def test_view_settings_go_along_and_come_back(random_weights):
    test = app(crystal=SALT.id)
    test.segmented_control(key=state.STYLE).set_value("Polyhedra")
    test.segmented_control(key=state.CELL).set_value("Primitive").run()
    test.switch_page(ATTENTION).run()
    assert not test.exception
    assert test.segmented_control(key=state.STYLE).value == "Polyhedra"
    assert test.segmented_control(key=state.CELL).value == "Primitive"
    test.segmented_control(key=state.MODULE).set_value("Conditional")
    test.segmented_control(key=state.STYLE).set_value("Space-fill").run()
    test.switch_page("app.py").run()
    assert test.segmented_control(key=state.STYLE).value == "Space-fill"
    test.switch_page(ATTENTION).run()
    assert test.segmented_control(key=state.MODULE).value == "Conditional"
    assert not test.exception


def test_a_setting_is_still_free_on_the_next_page(random_weights):
    test = app(crystal=SALT.id)
    test.segmented_control(key=state.CELL).set_value("Primitive").run()
    test.switch_page(ATTENTION).run()
    test.segmented_control(key=state.CELL).set_value("Conventional").run()
    assert test.segmented_control(key=state.CELL).value == "Conventional"
    test.run()
    assert test.segmented_control(key=state.CELL).value == "Conventional"


def test_a_page_without_a_setting_does_not_forget_it(random_weights):
    test = app(ATTENTION, crystal=SALT.id)
    test.segmented_control(key=state.MODULE).set_value("Conditional").run()
    test.switch_page("pages/3_Batch.py").run()
    test.switch_page(ATTENTION).run()
    assert test.segmented_control(key=state.MODULE).value == "Conditional"


def links(test):
    """URL settings of each link of the menu, by its label."""
    found = [element.proto for element in test.sidebar if element.type == "page_link"]
    return {
        link.label: parse_qs(getattr(link, "query_string", "").lstrip("?"))
        for link in found
    }


def test_links_of_the_menu_name_model_and_crystal(random_weights):
    found = links(app(crystal=SALT.id))
    assert len(found) == 6
    for query in found.values():
        assert query == {"model": [DEFAULT_MODEL], "crystal": [SALT.id]}


def test_links_bring_along_what_the_url_says_of_other_pages(random_weights):
    """After a reload the session knows nothing, but the URL does."""
    test = app(COMPARE, compare="rock-salt-nacl,wurtzite-zns", module="Conditional")
    assert links(test)["Attention"]["module"] == ["Conditional"]
    assert "compare" not in links(test)["Attention"]


def test_what_another_crystal_cannot_have_is_forgotten(random_weights):
    test = app(COMPARE, compare="rock-salt-nacl,wurtzite-zns", replace="Na")
    assert test.selectbox(key=state.REPLACED).value == "Na"
    test.switch_page(ATTENTION).run()
    test.switch_page(COMPARE).run()
    assert test.selectbox(key=state.REPLACED).value == "Na"
    test.switch_page(ATTENTION).run()
    test.session_state[state.COMPARED] = ["wurtzite-zns", "diamond-si"]
    test.switch_page(COMPARE).run()
    assert not test.exception
    assert test.selectbox(key=state.REPLACED).value == "Nothing"


def test_strongest_bonds_of_each_atom_go_along(random_weights):
    test = app(ATTENTION, crystal=SALT.id)
    test.number_input(key=state.PER_ATOM).set_value(3).run()
    test.switch_page("app.py").run()
    test.switch_page(ATTENTION).run()
    assert test.number_input(key=state.PER_ATOM).value == 3

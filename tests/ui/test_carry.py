"""What was set on one page is still set on the next, unless the URL says otherwise."""

from crysformer.ui import state

from .helpers import ATTENTION, SALT, app


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

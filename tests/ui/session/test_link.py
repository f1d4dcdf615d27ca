"""A link's values that cannot be taken are said, once, and can be dismissed."""

import pytest
from streamlit.testing.v1 import AppTest

from crysformer.paths import ROOT
from crysformer.ui.session import state
from tests.support.pages import ATTENTION, SALT, app

pytestmark = pytest.mark.usefixtures("random_weights")


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"module": "Crosss"}, "module = “Crosss”, which is not one of Cross"),
        ({"style": "<b>"}, "which is not one of Ball and stick"),
        ({"na": "9"}, "which is not a whole number from 1 to 4"),
        ({"nb": "1e999"}, "nb = “1e999”, which is not a whole number from 1 to 4"),
        ({"nc": ["1", "2.5"]}, "nc = “2.5”, which is not a whole number"),
        ({"block": "two"}, "which is not a whole number"),
        ({"least": "inf"}, "which is not a number from 0 on"),
        ({"percent": "nan"}, "which is not a number from -5 to 5"),
        ({"boundary": "maybe"}, "which is not one of true, false"),
        ({"tab": "\x1b[31m" + "a" * 99}, "tab = “�[31m" + "a" * 35 + "”"),
    ],
)
def test_wrong_values_are_said(query, said):
    test = app(ATTENTION, crystal=SALT.id, **query)
    [warning] = test.warning
    assert said in warning.value.replace("\\", "")
    test.run()
    assert len(test.warning) == 1
    test.button(key="dismiss_link").click().run()
    assert not test.warning


NONSENSE = ("", "1e999", "-1", "<img src=x onerror=alert(1)>", "../" * 4000)
# More than the URL knows: no parameter may reach what a session remembers, either.
NAMES = [
    name
    for value in vars(state).values()
    for name in (value if isinstance(value, tuple) else [value])
    if isinstance(name, str) and name.isidentifier() and name.islower()
]
PAGES = ["app.py", *(f"pages/{path.name}" for path in (ROOT / "pages").glob("*.py"))]


@pytest.mark.parametrize("page", PAGES)
def test_no_value_of_any_parameter_breaks_a_page(page):
    """All parameters at once; the red box of an error of Streamlit's is an exception."""
    assert {"na", "module", "crystal", "strongest", "shown", "frame"} <= set(NAMES)
    for nonsense in NONSENSE:
        test = AppTest.from_file(ROOT / "app.py", default_timeout=60)
        if page != "app.py":
            test.switch_page(page)
        for name in NAMES:
            test.query_params[name] = nonsense
        assert not test.run().exception, nonsense


def test_right_values_are_not_spoken_of():
    query = {"module": "Side by side", "style": "Polyhedra", "na": "2", "block": "1"}
    assert not app(ATTENTION, crystal=SALT.id, **query).warning


def test_a_wrong_value_of_a_widget_that_is_drawn_already_is_said():
    """As on the browser's way back: Streamlit lets nobody delete what a widget holds."""
    test = app(crystal=SALT.id, na="2")
    test.query_params["na"] = "1e999"
    assert not test.run().exception
    assert "na = “1e999”" in test.warning[0].value.replace("\\", "")

"""A link's values that cannot be taken are said, once, and can be dismissed."""

import pytest

from tests.support.pages import ATTENTION, SALT, app

pytestmark = pytest.mark.usefixtures("random_weights")


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"module": "Crosss"}, "module = “Crosss”, which is not one of Cross"),
        ({"style": "<b>"}, "which is not one of Ball and stick"),
        ({"na": "9"}, "which is not a number from 1 to 4"),
        ({"block": "two"}, "which is not a number"),
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


def test_right_values_are_not_spoken_of():
    query = {"module": "Side by side", "style": "Polyhedra", "na": "2", "block": "1"}
    assert not app(ATTENTION, crystal=SALT.id, **query).warning

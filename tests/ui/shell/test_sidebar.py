"""The sidebar says what the page shows, and no more than is known."""

import pytest

from crysformer.ui.session.text import plain
from tests.support.pages import LIBRARY, SALT, SILICON, app

pytestmark = pytest.mark.usefixtures("random_weights")


def sidebar(test):
    return "\n".join(each.value for each in test.sidebar.caption)


def test_compare_names_all_crystals():
    said = sidebar(app("pages/2_Compare.py", compare=f"{SALT.id},{SILICON.id}"))
    assert said.startswith("Crystals")
    for crystal in (SALT, SILICON):
        assert plain(LIBRARY[crystal.id].name) in said


@pytest.mark.parametrize("page", ["pages/3_Batch.py", "pages/5_Model.py"])
def test_pages_without_a_crystal_name_none(page):
    said = sidebar(app(page, crystal=SALT.id))
    assert plain(SALT.name) not in said
    assert "not loaded" not in said
    assert "Model" in said

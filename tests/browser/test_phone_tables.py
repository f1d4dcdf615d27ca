"""On a phone no table is cut: every cell, and all of its text, is inside the window."""

import pytest

from crysformer.paths import ROOT

WIDTH = 400


@pytest.fixture(scope="module")
def server(serve):
    return serve(ROOT / "app.py")


@pytest.mark.parametrize(
    ("path", "column"),
    [
        ("/Compare?compare=rock-salt-nacl,perovskite-srtio3", "Δ"),
        ("/Model", "Mean width"),
        ("/Model", "Paper's MAE"),
        ("/Model", "coGN"),
        ("/Model", "Recall"),
        ("/Attention?crystal=quartz-sio2", "Gradient × input"),
    ],
)
def test_every_cell_is_in_sight(browse, path, column):
    page = browse(path, width=WIDTH)
    if "Attention" in path:
        page.get_by_role("button", name="Whole test").click()
    table = page.locator(f'table.blocks:has(td[data-of="{column}"])').first
    table.locator(f'td[data-of="{column}"]').first.wait_for()
    ends = table.locator("tbody th, tbody td").evaluate_all(
        "cells => cells.filter(cell => cell.scrollWidth > cell.clientWidth + 1"
        " || cell.getBoundingClientRect().right > innerWidth"
        " || cell.getBoundingClientRect().left < 0).map(cell => cell.textContent)"
    )
    assert ends == []
    # The column's name stands over each number.
    said = table.locator(f'td[data-of="{column}"]').first.evaluate(
        "cell => getComputedStyle(cell, '::before').content"
    )
    assert said == f'"{column}"'

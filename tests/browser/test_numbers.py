"""With the shipped weights: the page shows what the command line prints."""

import json
import subprocess
import sys

import pytest

from crysformer.paths import ROOT
from crysformer.properties.table import PROPERTIES
from crysformer.ui.session.numbers import readable
from tests.support.browser import CIF, POSCAR, XYZ, scene, upload

FILES = {"periclase.cif": CIF, "CsCl.vasp": POSCAR, "iron.xyz": XYZ}


@pytest.fixture(scope="module")
def server(serve):
    return serve(ROOT / "app.py", fresh=True)


@pytest.fixture(scope="module")
def printed(tmp_path_factory):
    """Answers of the command line by file name."""
    folder = tmp_path_factory.mktemp("files")
    for name, content in FILES.items():
        (folder / name).write_bytes(content)
    command = [sys.executable, "-m", "crysformer", "predict", "--json"]
    command += [str(folder / name) for name in FILES]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, check=True)
    return dict(zip(FILES, json.loads(result.stdout), strict=True))


def test_the_picture_is_there_before_the_model_is_loaded(server, open_page):
    """The first visitor of a fresh server: importing torch takes seconds."""
    page, _ = open_page()
    # The page itself notes what came first: a test that looks may come too late.
    page.add_init_script(
        """window.came = [];
        const drawn = () =>
          [...document.querySelectorAll("*")].some((each) =>
            each.shadowRoot?.querySelector("canvas"));
        const told = () => document.querySelector("table.properties");
        setInterval(() => {
          for (const [name, found] of [["picture", drawn], ["model", told]])
            if (!window.came.includes(name) && found()) window.came.push(name);
        }, 50);"""
    )
    page.goto(server.url)
    scene(page)
    page.locator("table.properties tr", has_text="Formation energy").first.wait_for()
    assert page.evaluate("window.came") == ["picture", "model"]


def rows_on_screen(page):
    """Value with unit, and interval, of each row of the table, by key."""
    cells = page.locator("table.properties tr[data-key]").evaluate_all(
        "rows => rows.map(row => [row.dataset.key,"
        " row.cells[1].textContent.trim(),"
        " row.cells[2].querySelector('td > small').textContent.trim()])"
    )
    return {key: (value, interval) for key, value, interval in cells}


def expected_rows(answer):
    return {
        key: expected_row(PROPERTIES[key], found)
        for key, found in answer["properties"].items()
        if not found.get("note", "").startswith("not defined")
    }


def expected_row(item, found):
    error = found["validation_mae"]

    def shown(value):
        return "0" if item.non_negative and value <= 0 else readable(value, error)

    interval = found.get("interval")
    text = found.get("note") or " to ".join(map(shown, interval.values()))
    return f"{shown(found['value'])} {item.unit}".strip(), text


def test_numbers_on_screen_are_those_of_the_command_line(browse, printed):
    page = browse("/")
    page.locator("table.properties").wait_for()
    for name, content in FILES.items():
        upload(page, name, content)
        expected = expected_rows(printed[name])
        found = []
        for _ in range(600):
            found = rows_on_screen(page)
            if found == expected:
                break
            page.wait_for_timeout(100)
        assert found == expected
        assert len(expected) > 15

"""The README tells the truth: its numbers, links, commands and example."""

import re

import pytest
import yaml

from crysformer.cli.parser import main
from crysformer.library.catalogue import get_crystal
from crysformer.model.config import DEFAULT_MODEL
from crysformer.paths import ROOT, weights_folder
from crysformer.properties.table import PROPERTIES

README = (ROOT / "README.md").read_text(encoding="utf-8")
ROW = re.compile(
    r"^\| (?P<label>[^|]+) \| `(?P<key>\w+)` \| (?P<unit>[^|]*) \| ([^|]+) \|"
)
CARD = yaml.safe_load(
    (weights_folder() / DEFAULT_MODEL / "card.yml").read_text(encoding="utf-8")
)


def error_rows():
    return [match for line in README.splitlines() if (match := ROW.match(line))]


def test_error_table_covers_every_shown_property():
    shown = {k for k in CARD["validation"]["errors"] if PROPERTIES[k].shown}
    assert {row["key"] for row in error_rows()} == shown


@pytest.mark.parametrize("row", error_rows(), ids=lambda row: row["key"])
def test_error_table_repeats_the_card(row):
    error = CARD["validation"]["errors"][row["key"]]
    assert row["label"] == PROPERTIES[row["key"]].label
    assert row["unit"].strip() == error["unit"]
    written = row.group(4)
    assert float(written) == pytest.approx(error["mae"], rel=0.006)


def test_links_lead_to_files_that_exist():
    links = re.findall(r"\]\((?!https?://)([^)#]+)\)", README)
    paths = re.findall(r"`((?:docs|weights|benchmarks|tests)/[\w./-]+)`", README)
    for path in [*links, *paths]:
        assert (ROOT / path).exists(), path


def test_commands_named_exist(capsys):
    commands = set(
        re.findall(r"(?:python -m |^)crysformer ([\w-]+)", README, re.MULTILINE)
    )
    assert {"app", "predict", "attention", "train", "export", "evaluate"} <= commands
    for command in commands:
        with pytest.raises(SystemExit) as left:
            main([command, "--help"])
        assert left.value.code == 0
    assert "usage" in capsys.readouterr().out


def test_python_example_runs(tmp_path, monkeypatch):
    code = re.search(r"```python\n(.*?)```", README, re.DOTALL)[1]
    structure = get_crystal("rock-salt-nacl").structure()
    structure.to(filename=str(tmp_path / "crystal.cif"), fmt="cif")
    monkeypatch.chdir(tmp_path)
    names = {}
    exec(code, names)
    assert names["values"]["optb88vdw_bandgap"] > 0
    assert len(names["bonds"]) == 8 * 18

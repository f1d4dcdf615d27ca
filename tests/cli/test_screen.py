"""The command that screens many crystals: its table, units, exit status and options."""

import io
import json

import pandas as pd
import pytest

from crysformer.cli.parser import main
from crysformer.library.catalogue import load_library
from crysformer.structure.ordering import APPROXIMATED
from tests.support.crystal_files import cif
from tests.support.random_model import save_random

CRYSTALS = list(load_library().values())[:9:4]
MIXED = cif([("Na1", 0, 0, 0, 0.5), ("K1", 0, 0, 0, 0.5), ("Cl1", 0.5, 0.5, 0.5, 1)])


@pytest.fixture(autouse=True)
def random_weights(tmp_path_factory, monkeypatch):
    root = tmp_path_factory.mktemp("weights")
    save_random(root)
    monkeypatch.setenv("CRYSFORMER_WEIGHTS", str(root))


@pytest.fixture
def folder(tmp_path):
    inside = tmp_path / "in" / "deep"
    inside.mkdir(parents=True)
    for crystal in CRYSTALS:
        (inside / f"{crystal.id}.cif").write_text(crystal.structure().to(fmt="cif"))
    (inside / "notes.txt").write_text("dear diary")
    (inside / ".hidden.cif").write_text("x")
    return tmp_path / "in"


def test_command_writes_table_and_units_and_goes_on_after_a_bad_file(folder, capsys):
    out = folder / "table.csv"
    command = ["screen", str(folder), "--out", str(out), "--device", "cpu"]
    # Twice: the second run must not take the first one's table for a crystal.
    for _ in range(2):
        assert main([*command, "--json"]) == 1
        captured = capsys.readouterr()
        assert "3 of 4 crystals predicted, 1 failed" in captured.err
    answers = json.loads(captured.out)
    frame = pd.read_csv(out)
    assert frame["file"].tolist() == [found["file"] for found in answers]
    assert frame["error"].notna().sum() == 1
    for found, (_, row) in zip(answers, frame.iterrows(), strict=True):
        for key in found.get("properties", {}):
            assert row[key] == pytest.approx(found["properties"][key]["value"], rel=1e-5)
    meaning = json.loads((folder / "table.units.json").read_text("utf-8"))
    assert meaning["columns"]["optb88vdw_bandgap"]["unit"] == "eV"


def test_command_prints_the_table_without_a_file(folder, capsys):
    good = next(folder.rglob("[!.]*.cif"))
    assert main(["screen", str(good), "--device", "cpu"]) == 0
    frame = pd.read_csv(io.StringIO(capsys.readouterr().out))
    assert frame["file"].tolist() == [str(good)]
    assert frame["error"].isna().all()


def test_command_says_where_it_cannot_write(folder, capsys):
    out = folder / "no" / "table.csv"
    assert main(["screen", str(folder), "--out", str(out), "--device", "cpu"]) == 1
    assert "table.csv cannot be written (No such file" in capsys.readouterr().err


def test_command_orders_disordered_crystals_on_demand(tmp_path, capsys):
    file = tmp_path / "mixed.cif"
    file.write_text(MIXED)
    assert main(["screen", str(file), "--device", "cpu"]) == 1
    assert "is disordered" in capsys.readouterr().out
    assert main(["screen", str(file), "--order", "--device", "cpu"]) == 0
    frame = pd.read_csv(io.StringIO(capsys.readouterr().out))
    assert frame["file"].tolist() == [f"{file} {APPROXIMATED}"]
    assert frame["formula"].tolist() == ["KNaCl2"]

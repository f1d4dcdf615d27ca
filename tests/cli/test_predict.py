"""``predict`` and ``screen``: what scripts and checks rely on."""

import csv
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from pymatgen.core import Structure

from crysformer.cli.parser import main
from crysformer.library.catalogue import get_crystal
from crysformer.model.config import DEFAULT_MODEL
from crysformer.paths import ROOT
from crysformer.properties.table import PROPERTIES
from crysformer.structure.read import read_file
from tests.support.crystals import rock_salt

MODEL = DEFAULT_MODEL


def test_predict_json_lists_files_in_order_and_goes_on_after_a_bad_one(
    files, tmp_path, capsys
):
    bad = tmp_path / "bad.cif"
    bad.write_text("not a crystal")
    status = main(["predict", files[0], str(bad), files[1], "--json", "--device", "cpu"])
    answers = json.loads(capsys.readouterr().out)
    assert status == 1
    assert [answer["file"] for answer in answers] == [files[0], str(bad), files[1]]
    assert [answer.get("formula") for answer in answers] == ["NaCl", None, "Si"]
    assert "bad.cif" in answers[1]["error"]
    assert "properties" not in answers[1]


def test_the_table_says_what_intervals_were_worth(files, capsys):
    assert main(["predict", files[0], "--device", "cpu"]) == 0
    assert "computed values lay inside their 90 % intervals" in capsys.readouterr().out


def test_a_crystal_that_cannot_be_predicted_ends_no_other_file(files, tmp_path, capsys):
    lonely = tmp_path / "lonely.vasp"
    lonely.write_text("He\n1.0\n90 0 0\n0 90 0\n0 0 90\nHe\n1\nDirect\n0 0 0\n")
    assert main(["predict", str(lonely), files[0], "--json", "--device", "cpu"]) == 1
    bad, good = json.loads(capsys.readouterr().out)
    assert "too empty" in bad["error"]
    assert good["formula"] == "NaCl"


@pytest.mark.parametrize("encoding", ["ascii", "cp1252"])
def test_a_terminal_without_greek_letters_gets_the_table(files, tmp_path, encoding):
    """And a name that is no text in any encoding is printed as its bytes."""
    odd = tmp_path.joinpath(b"caf\xe9.cif".decode("utf-8", "surrogateescape"))
    try:
        odd.write_bytes(Path(files[0]).read_bytes())
    except OSError:
        pytest.skip("This file system takes no such name.")
    done = subprocess.run(
        [sys.executable, "-m", "crysformer", "predict", files[1], odd],
        capture_output=True,
        env={**os.environ, "PYTHONIOENCODING": encoding},
        cwd=ROOT,
    )
    assert done.returncode == 0, done.stderr
    printed = done.stdout.decode(encoding)
    assert "\\u03bcB/cell" in printed
    assert "caf\\udce9.cif: NaCl" in printed


def test_a_terminal_obeys_no_file_name_and_json_has_it(files, tmp_path, capsys):
    evil = tmp_path / "a\x1b[2J\u202e.cif"
    evil.write_bytes(Path(files[0]).read_bytes())
    for words in (["predict", str(evil)], ["attention", str(evil)]):
        assert main([*words, "--device", "cpu"]) == 0
        said = capsys.readouterr().out
        assert "a\ufffd[2J\ufffd.cif: NaCl" in said
        assert "\x1b" not in said
    assert main(["predict", str(evil), "--json", "--device", "cpu"]) == 0
    assert json.loads(capsys.readouterr().out)[0]["file"] == str(evil)


def test_predict_json_has_the_library_value_and_unit_of_every_shown_property(
    files, capsys, predictor
):
    assert main(["predict", files[0], "--json", "--device", "cpu"]) == 0
    answer = json.loads(capsys.readouterr().out)[0]
    expected = predictor.predict([read_file(files[0])])[0]
    assert answer["model"] == MODEL
    assert set(answer["properties"]) == set(expected.shown)
    for key, found in answer["properties"].items():
        assert found["value"] == pytest.approx(expected.values[key], rel=1e-6, abs=1e-9)
        assert found["unit"] == PROPERTIES[key].unit


def test_predict_json_has_intervals_and_novelty(files, capsys, predictor):
    assert main(["predict", files[0], "--json", "--device", "cpu"]) == 0
    answer = json.loads(capsys.readouterr().out)[0]
    expected = predictor.predict([read_file(files[0])])[0]
    for key, found in answer["properties"].items():
        interval = found["interval"]
        assert set(interval) == {"low", "high"}
        assert interval["low"] <= found["value"] <= interval["high"]
        ends = (interval["low"], interval["high"])
        assert ends == pytest.approx(expected.intervals[key], rel=1e-5, abs=1e-9)
    novelty = answer["novelty"]
    assert set(novelty) == {"percentile", "word", "reasons", "training_crystal"}
    assert 0.0 <= novelty["percentile"] <= 100.0
    assert novelty["training_crystal"] in ("same", "near")


def test_any_cell_of_a_crystal_gets_the_same_trust(predictor):
    structure = get_crystal("rutile-tio2").structure()
    double = structure.copy().make_supercell([2, 1, 1])
    alone, twice = predictor.predict([structure, double])
    assert twice.novelty == alone.novelty
    for key, ends in alone.intervals.items():
        factor = 2.0 if PROPERTIES[key].extent == "per_cell" else 1.0
        expected = [factor * end for end in ends]
        assert twice.intervals[key] == pytest.approx(expected, rel=1e-4, abs=1e-5)


def test_predict_prints_intervals_and_a_word(files, capsys):
    assert main(["predict", files[1], "--device", "cpu"]) == 0
    printed = capsys.readouterr().out
    assert "90 % interval" in printed
    assert " to " in printed
    assert "This crystal is " in printed


def test_screen_writes_the_ends_of_intervals(files, tmp_path, predictor):
    out = tmp_path / "table.csv"
    assert main(["screen", files[0], "--out", str(out), "--device", "cpu"]) == 0
    with out.open() as file:
        row = next(csv.DictReader(file))
    expected = predictor.predict([read_file(files[0])])[0]
    assert (row["exfoliation_energy"], row["exfoliation_energy_low"]) == ("", "")
    for key in expected.shown.keys() - {"exfoliation_energy"}:
        low, high = expected.intervals[key]
        assert float(row[f"{key}_low"]) == pytest.approx(low, rel=1e-5, abs=1e-6)
        assert float(row[f"{key}_high"]) == pytest.approx(high, rel=1e-5, abs=1e-6)


def test_ehull_of_jarvis_is_predicted_but_never_shown(predictor):
    prediction = predictor.predict([get_crystal("rock-salt-nacl").structure()])[0]
    assert "ehull" in prediction.values
    assert "ehull" not in prediction.shown


def test_total_energy_exceeds_formation_energy_by_element_constants(predictor):
    crystals = ["rock-salt-nacl", "caesium-chloride-cscl"]
    structure = get_crystal(crystals[0]).structure()
    strained = structure.copy()
    strained.apply_strain(0.02)
    one, two = (p.values for p in predictor.predict([structure, strained]))
    energy, total = "formation_energy_peratom", "optb88vdw_total_energy"
    assert one[energy] != pytest.approx(two[energy], abs=1e-4)
    assert one[total] - one[energy] == pytest.approx(two[total] - two[energy], abs=1e-9)


def test_magnetic_moment_doubles_with_the_cell_and_energy_does_not(predictor):
    iron = get_crystal("bcc-fe").structure()
    one, two = (p.values for p in predictor.predict([iron, iron * (2, 1, 1)]))
    assert two["magmom_oszicar"] == pytest.approx(2 * one["magmom_oszicar"], rel=1e-4)
    assert two["formation_energy_peratom"] == pytest.approx(
        one["formation_energy_peratom"], abs=1e-5
    )


def test_a_large_crystal_says_beforehand_how_long_it_takes(tmp_path, capsys):
    """On standard error, so that what a script reads stays as it is."""
    cell = rock_salt().make_supercell([4, 4, 4], in_place=False)
    moves = np.random.default_rng(1).normal(0.0, 0.05, (len(cell), 3))
    coords = cell.cart_coords + moves
    moved = Structure(cell.lattice, cell.species, coords, coords_are_cartesian=True)
    path = tmp_path / "large.vasp"
    moved.to(str(path), fmt="poscar")
    assert main(["predict", str(path), "--json", "--device", "cpu"]) == 0
    printed = capsys.readouterr()
    assert json.loads(printed.out)[0]["formula"] == "NaCl"
    assert printed.err.startswith(f"{path}: about ")

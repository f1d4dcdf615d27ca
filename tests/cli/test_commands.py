"""``attention``, ``evaluate`` and the parser: what scripts and checks rely on."""

import csv
import gzip
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from crysformer.cli.parser import main
from crysformer.library.catalogue import get_crystal
from crysformer.model.config import DEFAULT_MODEL
from crysformer.structure.read import read_file

MODEL = DEFAULT_MODEL


def test_attention_json_has_every_bond_of_the_given_cell(files, capsys):
    assert main(["attention", files[0], "--json", "--device", "cpu"]) == 0
    answer = json.loads(capsys.readouterr().out)
    bonds = answer["bonds"]
    structure = read_file(files[0])
    assert [bond["id"] for bond in bonds] == list(range(len(bonds)))
    assert {bond["i"] for bond in bonds} == set(range(len(structure)))
    lattice, frac = structure.lattice.matrix, structure.frac_coords
    sums = {}
    for bond in bonds:
        vector = frac[bond["j"]] + bond["image"] - frac[bond["i"]]
        assert np.linalg.norm(vector @ lattice) == pytest.approx(bond["length"], abs=1e-3)
        for module in ("cross", "conditional"):
            weights = np.array(bond[module])
            assert weights.ndim == 2
            sums[bond["i"], module] = sums.get((bond["i"], module), 0) + weights
    for total in sums.values():
        np.testing.assert_allclose(total, 1.0, atol=1e-5)
    nearest = [b for b in bonds if b["i"] == 0 and b["multiplicity"] == 6]
    assert len(nearest) == 6
    assert all(bond["cross"] == nearest[0]["cross"] for bond in nearest)


def test_attention_json_of_the_line_graph_sums_to_one_over_each_bond(files, capsys):
    arguments = ["attention", files[1], "--json", "--graph", "line", "--device", "cpu"]
    assert main(arguments) == 0
    pairs = json.loads(capsys.readouterr().out)["bond_pairs"]
    sums = {}
    for pair in pairs:
        assert pair["bond"] != pair["other"]
        total = sums.setdefault(pair["bond"], 0.0)
        sums[pair["bond"]] = total + np.array(pair["conditional"])
    for total in sums.values():
        np.testing.assert_allclose(total, 1.0, atol=1e-5)
    tetrahedral = [p for p in pairs if abs(p["angle_deg"] - 109.4712) < 1e-3]
    assert tetrahedral


def test_stdout_of_a_fresh_process_holds_nothing_but_the_json(files):
    command = [sys.executable, "-m", "crysformer", "predict", files[0], "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout)[0]["formula"] == "NaCl"


def test_evaluate_prints_errors_and_writes_targets_beside_predictions(
    tmp_path, capsys, predictor
):
    structures = [get_crystal(name).structure() for name in ("diamond-si", "bcc-fe")]
    labels = [
        {"formation_energy_peratom": 0.0, "epsx": 1.0, "epsy": 2.0},
        {"formation_energy_peratom": 0.5, "epsx": 3.0, "epsy": 4.0, "epsz": 8.0},
    ]
    path, table = tmp_path / "held.jsonl.gz", tmp_path / "table.csv"
    with gzip.open(path, "wt") as lines:
        for name, structure, known in zip("ab", structures, labels, strict=True):
            crystal = {
                "lattice": structure.lattice.matrix.tolist(),
                "frac_coords": structure.frac_coords.tolist(),
                "species": [site.specie.symbol for site in structure],
            }
            row = {"id": name, "structure": crystal, "labels": known}
            lines.write(json.dumps(row) + "\n")
    arguments = ["evaluate", "--data", str(path), "--out", str(table), "--device", "cpu"]
    assert main(arguments) == 0
    printed = capsys.readouterr().out
    with table.open() as file:
        rows = list(csv.DictReader(file))
    assert [(r["id"], r["property"]) for r in rows] == [
        ("a", "formation_energy_peratom"),
        ("b", "formation_energy_peratom"),
        ("b", "eps_mean"),
    ]
    assert float(rows[2]["target"]) == 5.0
    predictions = [p.values for p in predictor.predict(structures)]
    key = "formation_energy_peratom"
    errors = [abs(predictions[0][key]), abs(predictions[1][key] - 0.5)]
    assert f"{np.mean(errors):.5g}" in printed


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["predict", "x.cif", "--model", "nobody"], ["nobody", MODEL]),
        (["evaluate", "--data", "/nowhere.jsonl.gz"], ["/nowhere.jsonl.gz"]),
        (["export", "/nowhere", "--model", "x"], ["/nowhere", "best.pt"]),
        (["train", "--data", "/nowhere", "--out", "x"], ["/nowhere"]),
        (["train", "--data", ".", "--out", "x", "--set", "heads=3"], ["heads"]),
    ],
)
def test_mistakes_get_a_sentence_and_status_one(arguments, words, capsys):
    assert main(arguments) == 1
    captured = capsys.readouterr()
    assert captured.out == ""
    assert all(word in captured.err for word in words)
    assert "Traceback" not in captured.err


def test_help_does_not_import_torch():
    code = (
        "import sys; from crysformer.cli.parser import main\n"
        "try: main(['--help'])\n"
        "except SystemExit: pass\n"
        "print('torch' in sys.modules, file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stderr.strip() == "False"
    assert Path(sys.executable).exists()

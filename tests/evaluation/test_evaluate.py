"""Evaluation of a held-back file: partial labels, new elements, coverage."""

import csv
import gzip
import json

import numpy as np
import pytest

from crysformer.cli.parser import main
from crysformer.data.dataset import load_dataset, read_rows
from crysformer.evaluation.evaluate import evaluate
from crysformer.library.catalogue import get_crystal
from crysformer.predict.predictor import Predictor

CRYSTALS = ("rock-salt-nacl", "diamond-si", "bcc-fe", "rutile-tio2")
ENERGY, GAP, MODULUS = "formation_energy_peratom", "optb88vdw_bandgap", "bulk_modulus_kv"
LABELS = (
    {ENERGY: -1.9, GAP: 5.3, "epsx": 2.0},
    {ENERGY: 0.0, GAP: 0.7, MODULUS: None},
    {ENERGY: 0.0, "magmom_oszicar": 2.2},
    {"of_another_data_set": 3.0},
)


def lines(labels=LABELS, swap=None):
    rows = []
    for name, known in zip(CRYSTALS, labels, strict=True):
        structure = get_crystal(name).structure()
        species = [site.specie.symbol for site in structure]
        rows.append(
            {
                "id": name,
                "structure": {
                    "lattice": structure.lattice.matrix.tolist(),
                    "frac_coords": structure.frac_coords.tolist(),
                    "species": [(swap or {}).get(each, each) for each in species],
                },
                "labels": known,
            }
        )
    return "".join(json.dumps(row) + "\n" for row in rows).encode()


@pytest.fixture(scope="module")
def predictor():
    return Predictor("jarvis-dft-3d", "cpu")


@pytest.mark.parametrize("pack", [gzip.compress, bytes], ids=["gzip", "plain"])
def test_a_file_is_evaluated_without_other_preparation(tmp_path, capsys, pack):
    path, out = tmp_path / "held_back.jsonl", tmp_path / "predictions.csv"
    path.write_bytes(pack(lines() + b"\n"))
    command = ["evaluate", "--data", str(path), "--device", "cpu", "--out", str(out)]
    assert main(command) == 0
    printed = capsys.readouterr().out
    rows = {line.split()[0]: line.split() for line in printed.splitlines()[1:]}
    assert set(rows) == {ENERGY, GAP, "magmom_oszicar"}
    assert "in 90 % interval" in printed.splitlines()[0]
    with out.open() as file:
        written = list(csv.DictReader(file))
    assert [(row["id"], row["property"]) for row in written] == [
        ("rock-salt-nacl", ENERGY),
        ("rock-salt-nacl", GAP),
        ("diamond-si", ENERGY),
        ("diamond-si", GAP),
        ("bcc-fe", ENERGY),
        ("bcc-fe", "magmom_oszicar"),
    ]


def test_a_crystal_without_a_graph_is_named_and_left_out(tmp_path, predictor, caplog):
    path, rule = tmp_path / "file.jsonl", predictor.model.config.neighbour_rule
    rows = [json.loads(line) for line in lines().splitlines()]
    rows[1]["structure"]["lattice"] = [[900, 0, 0], [0, 900, 0], [0, 0, 900]]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    kept = [CRYSTALS[0], *CRYSTALS[2:]]
    assert evaluate(predictor, path).data.ids == kept
    assert f"{CRYSTALS[1]} is left out" in caplog.text
    keys = predictor.checkpoint.keys
    first, again = (load_dataset(path, keys, rule, tmp_path) for _ in range(2))
    assert first.ids == again.ids == kept
    assert len(again.graphs) == 3
    for row in range(3):
        assert np.array_equal(first.graphs[row].lengths, again.graphs[row].lengths)


def test_a_table_that_cannot_be_written_is_refused_at_once(tmp_path, capsys):
    command = ["evaluate", "--data", str(tmp_path / "none.jsonl"), "--out"]
    for out, reason in (
        (tmp_path, "directory"),
        (tmp_path / "no" / "x.csv", "No such"),
        (tmp_path / ("x" * 300), "too long"),
    ):
        assert main([*command, str(out)]) == 1
        said = capsys.readouterr().err
        assert f"{out} cannot be written" in said
        assert reason in said


def test_a_bad_data_file_leaves_no_empty_table(tmp_path, capsys):
    data, out, old = (tmp_path / name for name in ("bad.jsonl", "new.csv", "old.csv"))
    data.write_text("nonsense\n")
    old.write_text("id,property,target,prediction\n")
    link = tmp_path / "link.csv"
    link.symlink_to(tmp_path / "elsewhere.csv")
    for table in (out, old, link):
        status = main(["evaluate", "--data", str(data), "--out", str(table)])
        assert status == 1
        assert "bad.jsonl" in capsys.readouterr().err
    assert not out.exists()
    assert link.is_symlink()
    assert old.read_text() == "id,property,target,prediction\n"


def test_coverage_counts_the_labels_inside(tmp_path, predictor):
    """Labels are put where the intervals say: two inside and one outside is 2 in 3."""
    path = tmp_path / "file.jsonl"
    structures = [get_crystal(name).structure() for name in CRYSTALS]
    ends = [item.intervals[ENERGY] for item in predictor.predict(structures)]
    values = [ends[0][0] + 0.001, ends[1][1] - 0.001, ends[2][1] + 0.01]
    path.write_bytes(lines([*({ENERGY: value} for value in values), {}]))
    found = evaluate(predictor, path).coverages()
    assert set(found) == {ENERGY}
    assert found[ENERGY].n == 3
    assert found[ENERGY].coverage == pytest.approx(2.0 / 3.0)
    widths = np.diff(ends[:3])
    assert found[ENERGY].width == pytest.approx(widths.mean(), rel=1e-3)


def test_elements_that_no_training_crystal_has_are_predicted(tmp_path, predictor):
    path = tmp_path / "file.jsonl"
    path.write_bytes(lines(swap={"Na": "Fr", "Fe": "Am"}))
    found = evaluate(predictor, path)
    assert np.isfinite(found.predictions).all()
    assert found.data.formulas[0] == "FrCl"
    assert found.errors()[ENERGY].n == 3


def test_a_file_without_known_labels_says_so(tmp_path, capsys):
    path = tmp_path / "file.jsonl"
    path.write_bytes(lines([{}] * 4))
    assert main(["evaluate", "--data", str(path), "--device", "cpu"]) == 1
    assert "no labels that this model predicts" in capsys.readouterr().err


def test_a_null_label_is_an_unknown_one(tmp_path, predictor):
    path = tmp_path / "file.jsonl.gz"
    path.write_bytes(gzip.compress(lines()))
    assert MODULUS not in list(read_rows(path))[1].labels
    rule = predictor.model.config.neighbour_rule
    data = load_dataset(path, [MODULUS, GAP], rule)
    assert np.isnan(data.values[:, 0]).all()
    assert data.volumes[0] == pytest.approx(5.64**3 / 8.0, rel=0.02)


def test_a_file_that_is_no_table_of_evaluate_is_not_replaced(tmp_path, capsys):
    crystal = tmp_path / "b.cif"
    crystal.write_text("data_b\n")
    command = ["evaluate", "--data", str(tmp_path / "none.jsonl"), "--out", str(crystal)]
    assert main(command) == 1
    assert "is not a table of this command" in capsys.readouterr().err
    assert crystal.read_text() == "data_b\n"

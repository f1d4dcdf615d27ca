"""From a training run to a folder under weights/: cards that tell the truth."""

import gzip
import json
from dataclasses import replace

import jsonschema
import numpy as np
import pytest
import yaml

from crysformer.cli.parser import main
from crysformer.evaluation.calibration import calibrate, cross_checked
from crysformer.evaluation.evaluate import evaluate
from crysformer.evaluation.validation_table import read_validation_table
from crysformer.library.catalogue import get_crystal
from crysformer.model.card import trained
from crysformer.model.checkpoint import load_checkpoint
from crysformer.model.files import ABLATIONS
from crysformer.paths import weights_folder
from crysformer.predict.predictor import Predictor
from crysformer.properties.table import PROPERTIES
from crysformer.training.export import export
from crysformer.training.run_folder import RunFolder
from crysformer.trust.intervals import first_half

CRYSTALS = ("diamond-si", "rock-salt-nacl", "bcc-fe", "fcc-cu", "hcp-mg", "wurtzite-zno")
VAL_REPEATS = 10
SHIPPED = "jarvis-dft-3d"  # of the architecture that a run has without settings
TWINS = 2 * len(CRYSTALS)
SMALL = (
    "blocks=1",
    "atom_width=16",
    "bond_width=16",
    "angle_width=8",
    "num_heads=2",
    "head_width=8",
    "batch_size=4",
)

ERROR = {
    "type": "object",
    "required": ["unit", "mae", "rmse", "mad", "n"],
    "properties": {
        "unit": {"type": "string"},
        "mae": {"type": "number", "minimum": 0},
        "rmse": {"type": "number", "minimum": 0},
        "mad": {"type": "number", "minimum": 0},
        "n": {"type": "integer", "minimum": 1},
    },
}
SCHEMA = {
    "type": "object",
    "required": [
        "model",
        "date",
        "architecture",
        "training_data",
        "split",
        "recipe",
        "validation",
        "limits",
        "attention",
        "licence",
    ],
    "properties": {
        "training_data": {
            "type": "object",
            "required": ["files", "crystals", "citations"],
            "properties": {
                "files": {
                    "type": "object",
                    "additionalProperties": {
                        "type": "string",
                        "pattern": "^[0-9a-f]{64}$",
                    },
                },
                "citations": {"type": "array", "minItems": 1},
            },
        },
        "validation": {
            "type": "object",
            "required": ["weights", "errors"],
            "properties": {"errors": {"type": "object", "additionalProperties": ERROR}},
        },
    },
}


def write_data(folder):
    """The first validation crystals are training crystals; others are strained."""
    folder.mkdir()
    for split, repeats in (("train", 2), ("val", VAL_REPEATS)):
        with gzip.open(folder / f"{split}.jsonl.gz", "wt") as lines:
            for number, name in enumerate(CRYSTALS * repeats):
                structure = get_crystal(name).structure()
                if split == "val" and number >= TWINS:
                    structure.apply_strain(0.003 * (number // len(CRYSTALS) + 1))
                row = {
                    "id": f"{split}-{number}",
                    "structure": {
                        "lattice": structure.lattice.matrix.tolist(),
                        "frac_coords": structure.frac_coords.tolist(),
                        "species": [site.specie.symbol for site in structure],
                    },
                    "labels": {
                        "formation_energy_peratom": -0.3 * (number % 6),
                        "optb88vdw_bandgap": float(number % 3),
                    },
                }
                lines.write(json.dumps(row) + "\n")


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    root = tmp_path_factory.mktemp("export")
    data, run = root / "data", root / "run"
    write_data(data)
    arguments = ["train", "--data", str(data), "--out", str(run), "--steps", "6"]
    arguments += ["--processes", "1", "--device", "cpu", "--set", *SMALL]
    assert main(arguments) == 0
    folder = export(run, "small", root / "weights")
    return data, run, folder


def test_export_writes_everything_that_ships_and_no_pickle(exported):
    names = {path.name for path in exported[2].iterdir()}
    assert names == {
        "model.safetensors",
        "intervals.safetensors",
        "novelty.safetensors",
        "validation.csv.gz",
        "config.json",
        "card.yml",
        "SHA256SUMS",
        "curves.jsonl",
        "golden.json",
    }


def test_ablations_outlive_a_new_export(exported):
    _, run, folder = exported
    place = folder.parent / "again"
    place.mkdir()
    (place / ABLATIONS).write_text("made by hand\n")
    export(run, "again", folder.parent)
    assert (place / ABLATIONS).read_text() == "made by hand\n"
    assert (place / "config.json").is_file()


def test_errors_of_the_card_are_those_evaluate_finds(exported):
    data, _, folder = exported
    predictor = Predictor("small", "cpu", root=folder.parent)
    errors = evaluate(predictor, data / "val.jsonl.gz").errors()
    card = yaml.safe_load((folder / "card.yml").read_text())
    assert set(card["validation"]["errors"]) == set(errors)
    for key, error in errors.items():
        noted = card["validation"]["errors"][key]
        assert noted["mae"] == pytest.approx(error.mae, rel=1e-4)
        assert noted["n"] == error.n == len(CRYSTALS) * VAL_REPEATS


def test_exported_weights_are_the_averaged_ones_of_the_run(exported):
    import torch

    _, run, folder = exported
    state = torch.load(run / "best.pt", weights_only=True)["average"]
    loaded = load_checkpoint("small", folder.parent).model.state_dict()
    assert set(loaded) == set(state)
    for key, value in state.items():
        np.testing.assert_allclose(loaded[key], value, rtol=2e-3, atol=1e-4)


def test_what_says_how_far_to_trust_the_model_is_in_card_and_table(exported):
    data, _, folder = exported
    card = yaml.safe_load((folder / "card.yml").read_text())
    predictor = Predictor("small", "cpu", root=folder.parent)
    found = evaluate(predictor, data / "val.jsonl.gz")
    table = read_validation_table(folder)
    known = ~np.isnan(found.data.values)
    assert len(table) == known.sum()
    assert set(table["property"]) == set(found.errors())
    # What was stored predicts what was calibrated, and the table has what was checked.
    again = found.with_intervals(calibrate(found)).bounds
    np.testing.assert_allclose(found.bounds, again, rtol=1e-3, atol=1e-3)
    checked = cross_checked(found).bounds
    for column, name in enumerate(("low", "high")):
        ends = checked[..., column][known]
        np.testing.assert_allclose(table[name], ends, rtol=1e-3, atol=1e-3)
    assert set(table["half"]) == {1, 2}
    for key, kinds in card["validation"]["coverage"].items():
        rows = table[table["property"] == key]
        inside = rows["target"].between(rows["low"], rows["high"])
        twins, strangers = rows["match"] == "same", rows["match"] != "same"
        assert twins.sum() == TWINS
        assert kinds["all"]["n"] == strangers.sum()
        assert kinds["all"]["coverage"] == pytest.approx(inside[strangers].mean())
        for group in ("half", "atoms"):
            numbers = [kind["n"] for kind in kinds[group].values()]
            assert sum(numbers) == strangers.sum()
        bands = dict(kinds["novelty"])
        assert bands.pop("twins")["coverage"] == pytest.approx(inside[twins].mean())
        assert sum(kind["n"] for kind in bands.values()) == strangers.sum()
    together = card["validation"]["coverage_by_novelty"]
    assert sum(each["n"] for each in together.values()) == len(table)
    wrong = card["validation"]["novelty"]
    assert set(wrong) == {"species swapped", "volume scaled", "random positions"}
    judged = predictor.predict([get_crystal(name).structure() for name in CRYSTALS])
    noted = table.drop_duplicates("formula").set_index("formula")["novelty"]
    for item in judged:
        # Ten copies of each of six crystals have equal scores: a sixth of all ranks.
        assert item.novelty.percentile == pytest.approx(noted[item.formula], abs=17.0)
        # The validation crystals are the training crystals here.
        assert item.novelty.match == "same"


def test_no_half_is_checked_by_intervals_it_calibrated(exported):
    """Other values of one half move the other half's intervals and none of its own."""
    data, _, folder = exported
    predictor = Predictor("small", "cpu", root=folder.parent)
    found = evaluate(predictor, data / "val.jsonl.gz")
    half = first_half(found.data.ids)
    values = np.where(half[:, None], found.data.values + 5.0, found.data.values)
    moved = replace(found, data=replace(found.data, values=values))
    before, after = (cross_checked(each).bounds for each in (found, moved))
    assert np.array_equal(before[half], after[half], equal_nan=True)
    wider = np.ptp(after[~half], axis=-1) > np.ptp(before[~half], axis=-1)
    assert wider[~np.isnan(found.data.values[~half])].mean() > 0.5


def test_what_the_first_weights_had_learnt_is_told(exported, tmp_path):
    data, first, folder = exported
    card = load_checkpoint(SHIPPED).card
    passes, hours = trained(card)
    out = tmp_path / "run"
    words = ["train", "--data", str(data), "--out", str(out), "--steps", "1"]
    words += ["--processes", "1", "--device", "cpu"]
    assert main([*words, "--start-from", SHIPPED]) == 0
    assert main([*words, "--resume"]) == 0
    before = RunFolder(out).weights_before()
    assert before["weights"] == SHIPPED
    assert before["passes"] == pytest.approx(passes)
    assert before["hours"] == pytest.approx(hours)
    assert RunFolder(first).weights_before() is None
    small = yaml.safe_load((folder / "card.yml").read_text())
    assert trained(small)[0] == small["recipe"]["passes"]
    small["recipe"]["before"] = before
    assert trained(small)[0] == pytest.approx(small["recipe"]["passes"] + passes)


def test_curves_hold_one_validation_per_line(exported):
    lines = (exported[2] / "curves.jsonl").read_text().splitlines()
    steps = [json.loads(line)["step"] for line in lines]
    assert steps[-1] == 6
    assert steps == sorted(steps)


@pytest.mark.parametrize(
    "model", [path.parent.name for path in weights_folder().glob("*/card.yml")]
)
def test_shipped_card_has_every_field_and_true_units(model):
    card = yaml.safe_load((weights_folder() / model / "card.yml").read_text())
    jsonschema.validate(card, SCHEMA)
    assert card["model"] == model
    checkpoint = load_checkpoint(model)
    assert set(card["validation"]["errors"]) == set(checkpoint.keys)
    for key, error in card["validation"]["errors"].items():
        assert error["unit"] == PROPERTIES[key].unit
    parameters = sum(p.numel() for p in checkpoint.model.parameters())
    assert card["architecture"]["parameters"] == parameters
    for name, value in checkpoint.model.config.to_dict().items():
        assert card["architecture"][name] == value

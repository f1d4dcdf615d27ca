"""The shipped weights still say what they said when they shipped."""

import json

import pytest

from crysformer.cli.parser import main
from crysformer.evaluation.golden import GOLDEN_CRYSTALS, check_golden
from crysformer.model.checksums import write_checksums
from crysformer.model.config import DEFAULT_MODEL
from crysformer.paths import weights_folder
from crysformer.predict.predictor import Predictor

MODELS = sorted(path.parent.name for path in weights_folder().glob("*/config.json"))


def test_both_models_ship_and_the_default_is_one_of_them():
    assert set(MODELS) == {DEFAULT_MODEL, "jarvis-dft-3d"}


@pytest.mark.parametrize("model", MODELS)
def test_golden_predictions_are_met(model):
    assert check_golden(Predictor(model, "cpu")) == []


@pytest.mark.parametrize("model", MODELS)
def test_golden_file_covers_every_crystal_and_property(model):
    content = json.loads((weights_folder() / model / "golden.json").read_text())
    predictor = Predictor(model, "cpu")
    assert set(content["predictions"]) == set(GOLDEN_CRYSTALS)
    for values in content["predictions"].values():
        assert set(values) == set(predictor.checkpoint.keys)


def test_a_changed_prediction_is_reported(tmp_path, monkeypatch):
    predictor = Predictor("jarvis-dft-3d", "cpu")
    changed = tmp_path / "jarvis-dft-3d"
    changed.mkdir()
    content = json.loads((weights_folder() / "jarvis-dft-3d" / "golden.json").read_text())
    content["predictions"]["bcc-fe"]["magmom_oszicar"] += 0.5
    (changed / "golden.json").write_text(json.dumps(content))
    write_checksums(changed)
    differences = check_golden(predictor, tmp_path)
    assert [(d.crystal, d.key) for d in differences] == [("bcc-fe", "magmom_oszicar")]


@pytest.mark.parametrize("model", MODELS)
def test_self_test_command_says_all_is_well(capsys, model):
    assert main(["self-test", "--device", "cpu", "--model", model]) == 0
    assert capsys.readouterr().out == "All golden predictions are reproduced.\n"

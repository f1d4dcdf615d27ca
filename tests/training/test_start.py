"""Settings of the train command, and folders that hold a run already."""

import sys
from pathlib import Path

import pytest

from crysformer.cli.parser import main
from crysformer.errors import SettingsError
from crysformer.training.left_out import LeftOut
from crysformer.training.recipe import Recipe
from crysformer.training.run_folder import RunFolder
from crysformer.training.start import read_recipe, train
from tests.support.training import RECIPE, SMALL, assert_same_weights, fitted, state


def command(folder: Path, out: Path, *options: str, **settings: object) -> list[str]:
    values = {**vars(SMALL), "batch_size": 6, "warmup_steps": 2, "decay": 0.0}
    values |= {name: getattr(RECIPE, name) for name in ("optimiser", "weight_decay")}
    values |= {"learning_rate": 2e-3, **settings}
    words = [f"{name}={value}" for name, value in values.items()]
    words = ["--data", str(folder), "--out", str(out), "--set", *words, *options]
    return [sys.executable, "-m", "crysformer", "train", "--device", "cpu", *words]


def test_settings_are_read_from_the_command_line():
    settings = ["blocks=3", "envelope=true", "learning_rate=2e-3"]
    recipe = read_recipe(settings, Recipe())
    assert (recipe.model.blocks, recipe.model.envelope) == (3, True)
    assert recipe.learning_rate == 2e-3
    assert read_recipe([], Recipe()) == Recipe()


@pytest.mark.parametrize(
    "setting",
    [
        "nonsense=3",
        "learning_rate=fast",
        "learning_rate=nan",
        "blocks=2.5",
        "blocks=-1",
        "num_heads=0",
        "batch_size=0",
        "decay=3",
        "tie_tolerance=0",
        "envelope=7",
        "loss=l3",
        "seed=",
    ],
)
def test_unusable_settings_are_refused(setting):
    with pytest.raises(SettingsError, match=setting.partition("=")[0]):
        read_recipe([setting], Recipe())


def test_a_run_needs_no_command_line(folder, tmp_path):
    values = {**vars(SMALL), "batch_size": 6, "warmup_steps": 2, "decay": 0.0}
    settings = [f"{name}={value}" for name, value in values.items()]
    train([folder], tmp_path / "run", settings=settings, device="cpu", steps=2)
    assert state(tmp_path / "run" / "state.pt")["step"] == 2


@pytest.mark.parametrize(
    ("words", "hours"), [(["--minutes", "12"], 0.2), (["--hours", "3"], 3.0), ([], None)]
)
def test_time_is_given_in_minutes_or_hours(monkeypatch, words, hours):
    asked = []
    monkeypatch.setattr(
        "crysformer.training.start.train", lambda *_, **options: asked.append(options)
    )
    words = ["train", "--data", "DIR", "--out", "RUN", "--preset", "next", *words]
    assert main(words) == 0
    assert asked[0]["hours"] == pytest.approx(hours)
    assert asked[0]["preset"] == "next"


def test_minutes_and_hours_exclude_each_other(capsys):
    words = ["train", "--data", "DIR", "--out", "RUN", "--hours", "1", "--minutes", "5"]
    with pytest.raises(SystemExit):
        main(words)
    assert "not allowed with" in capsys.readouterr().err


def test_a_folder_with_a_run_is_not_overwritten(data, folder, tmp_path):
    fitted(data, tmp_path / "run", 1)
    words = command(folder, tmp_path / "run", "--processes", "1", "--steps", "1")[3:]
    before = state(tmp_path / "run" / "state.pt")
    assert main(words) == 1
    assert_same_weights(before, state(tmp_path / "run" / "state.pt"))
    again = [
        *words[: words.index("--set")],
        "--processes",
        "1",
        "--steps",
        "1",
        "--resume",
    ]
    # A run that does not say what it left out cannot go on with the same crystals.
    assert main(again) == 1
    RunFolder(tmp_path / "run").describe({}, LeftOut())
    # A resumed run has the settings it began with; other batches would not be its own.
    assert main([*again, "--set", "batch_size=6"]) == 1
    assert main(again) == 0
    assert state(tmp_path / "run" / "state.pt")["step"] == 2

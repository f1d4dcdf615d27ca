"""Everything at some paths into one table: what is read, stops, and going on."""

import json
from pathlib import Path

import pandas as pd
import pytest

from crysformer.errors import SettingsError
from crysformer.library.catalogue import get_crystal
from crysformer.predict.predictor import Predictor
from crysformer.screening.paths import screen_paths
from crysformer.screening.screen import BATCH_CRYSTALS
from tests.support.random_model import random_checkpoint

CSCL = '2\nLattice="4.1 0 0 0 4.1 0 0 0 4.1"\nCs 0 0 0\nCl 2.05 2.05 2.05\n'


@pytest.fixture
def predictor():
    return Predictor(random_checkpoint(), "cpu")


@pytest.fixture
def folder(tmp_path):
    """A batch of salts, then iron, which can stop a run, two steps, and a bad file."""
    inside = tmp_path / "in"
    inside.mkdir()
    salt = get_crystal("rock-salt-nacl").structure().to(fmt="cif")
    for number in range(BATCH_CRYSTALS):
        (inside / f"{number:02}.cif").write_text(salt)
    (inside / "=bad.cif").write_text("dear diary")
    (inside / "97.cif").write_text(get_crystal("bcc-fe").structure().to(fmt="cif"))
    (inside / "98.xyz").write_text(CSCL * 2)
    return inside


def stop_at_iron(predictor):
    def stop(_, given):
        if 26 in given[0].atomic_numbers:
            raise KeyboardInterrupt

    return predictor.model.register_forward_pre_hook(stop)


def test_a_stopped_table_keeps_what_it_has_and_resumes(predictor, folder, tmp_path):
    whole, out = tmp_path / "whole.csv", tmp_path / "table.csv"
    assert screen_paths([folder], predictor, whole, as_json=False) == 1
    hook = stop_at_iron(predictor)
    with pytest.raises(KeyboardInterrupt):
        screen_paths([folder], predictor, out, as_json=False)
    hook.remove()
    assert len(pd.read_csv(out)) == BATCH_CRYSTALS
    assert screen_paths([folder], predictor, out, as_json=False, resume=True) == 1
    assert out.read_bytes() == whole.read_bytes()


def test_a_table_that_is_complete_resumes_to_itself(predictor, folder, tmp_path, capsys):
    out = tmp_path / "table.csv"
    for _ in range(2):
        assert screen_paths([folder], predictor, out, as_json=False, resume=True) == 1
    assert f"{BATCH_CRYSTALS + 3} of {BATCH_CRYSTALS + 4}" in capsys.readouterr().err
    assert len(pd.read_csv(out)) == BATCH_CRYSTALS + 4


def test_a_crystal_is_never_the_table_to_write(predictor, folder):
    crystal = folder / "97.cif"
    before = crystal.read_bytes()
    for paths in ([crystal], [folder / "00.cif"], [folder]):
        with pytest.raises(
            SettingsError, match=r"cannot be read and written|is not a tab"
        ):
            screen_paths(paths, predictor, crystal, as_json=False)
    assert crystal.read_bytes() == before
    assert not list(folder.glob("*.json"))


def test_a_table_is_no_crystal_and_nothing_is_no_table(predictor, tmp_path):
    out = tmp_path / "table.csv"
    crystal = tmp_path / "a.xyz"
    crystal.write_text(CSCL)
    assert screen_paths([tmp_path], predictor, out, as_json=False) == 0
    before = out.read_bytes()
    assert screen_paths([tmp_path], predictor, out, as_json=False) == 0
    assert out.read_bytes() == before
    with pytest.raises(SettingsError, match="cannot be read and written"):
        screen_paths([out], predictor, out, as_json=False)
    crystal.unlink()
    with pytest.raises(SettingsError, match="nothing to predict"):
        screen_paths([tmp_path], predictor, out, as_json=False)
    assert out.read_bytes() == before


def test_what_cannot_resume_says_so(predictor, folder, tmp_path):
    for out, as_json in ((None, False), (tmp_path / "t.csv", True)):
        with pytest.raises(SettingsError, match="--resume goes on with a table"):
            screen_paths([folder], predictor, out, as_json=as_json, resume=True)


def test_json_keeps_names_as_they_are(predictor, folder, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(folder)
    out = tmp_path / "t.csv"
    screen_paths([Path("=bad.cif")], predictor, out, as_json=True)
    assert json.loads(capsys.readouterr().out)[0]["file"] == "=bad.cif"
    assert pd.read_csv(out)["file"].tolist() == ["'=bad.cif"]

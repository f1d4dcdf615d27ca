"""Numbers that say nothing of a crystal, and what symmetry makes zero."""

import json

import pytest

from crysformer.cli.parser import main
from crysformer.library.catalogue import load_library
from crysformer.predict.applicability import (
    BY_SYMMETRY,
    LAYERS_UNKNOWN,
    NO_GAP,
    NO_LAYERS,
    reasons_against,
)
from crysformer.predict.predictor import Predictor
from crysformer.screening.output import answer, shown_keys, table
from crysformer.screening.screen import screen

PIEZO, SOLAR = "dfpt_piezo_max_dij", "slme"
DIELECTRIC, EXFOLIATION = "dfpt_piezo_max_dielectric", "exfoliation_energy"
LIBRARY = load_library()


@pytest.fixture(scope="module")
def predictor():
    return Predictor("jarvis-dft-3d", "cpu")


def reasons(predictor, name):
    structure = LIBRARY[name].structure()
    return reasons_against(structure, predictor.predict([structure])[0])


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("bcc-fe", {SOLAR: NO_GAP, DIELECTRIC: NO_GAP, EXFOLIATION: NO_LAYERS}),
        ("rock-salt-nacl", {EXFOLIATION: NO_LAYERS}),
        ("quartz-sio2", {EXFOLIATION: NO_LAYERS}),
        ("molybdenite-mos2", {}),
        ("hexagonal-bn", {}),
    ],
)
def test_reasons_of_crystals_that_everyone_knows(predictor, name, expected):
    assert reasons(predictor, name) == expected


def test_symmetry_makes_the_piezoelectric_constant_zero(predictor):
    """Quartz has one; salt, iron and graphite cannot, whatever the network says."""
    names = ("quartz-sio2", "rock-salt-nacl", "bcc-fe", "graphite-c")
    structures = [LIBRARY[name].structure() for name in names]
    quartz, *others = predictor.predict(structures)
    assert quartz.exact == ()
    low, high = quartz.intervals[PIEZO]
    assert low < quartz.values[PIEZO] < high
    for each in others:
        assert each.exact == (PIEZO,)
        assert each.values[PIEZO] == 0.0
        assert each.intervals[PIEZO] == (0.0, 0.0)
    squashed = structures[1].copy()
    squashed.translate_sites([0], [0.02, 0.01, 0.005])
    assert predictor.predict([squashed])[0].exact == ()


def test_layers_are_found_in_any_cell(predictor):
    structure = LIBRARY["molybdenite-mos2"].structure()
    prediction = predictor.predict([structure])[0]
    assert reasons_against(structure * (2, 2, 1), prediction) == {}
    assert reasons_against(structure.get_primitive_structure(), prediction) == {}


def test_what_cannot_be_told_is_not_shown(predictor, monkeypatch):
    """Looking for layers may be too long, and analysing a crystal may fail."""
    sheets = LIBRARY["molybdenite-mos2"].structure()
    prediction = predictor.predict([sheets])[0]
    monkeypatch.setattr("crysformer.description.layers.MAX_BONDS", 10)
    assert reasons_against(sheets, prediction) == {EXFOLIATION: LAYERS_UNKNOWN}

    def fail(*_, **__):
        raise ValueError("nobody thought of this crystal")

    monkeypatch.setattr("crysformer.predict.applicability.has_layers", fail)
    assert reasons_against(sheets, prediction) == {EXFOLIATION: LAYERS_UNKNOWN}


def test_layers_are_not_looked_for_where_symmetry_excludes_them(predictor, monkeypatch):
    def fail(*_, **__):
        raise AssertionError("rock salt is cubic")

    monkeypatch.setattr("crysformer.predict.applicability.has_layers", fail)
    assert reasons(predictor, "rock-salt-nacl") == {EXFOLIATION: NO_LAYERS}


def test_the_command_line_says_what_is_not_defined(tmp_path, capsys):
    path = tmp_path / "iron.cif"
    LIBRARY["bcc-fe"].structure().to(filename=str(path), fmt="cif")
    assert main(["predict", str(path), "--json", "--device", "cpu"]) == 0
    found = json.loads(capsys.readouterr().out)[0]["properties"]
    assert found[SOLAR]["note"] == f"not defined: {NO_GAP}"
    assert isinstance(found[SOLAR]["value"], float)
    assert found[PIEZO]["value"] == 0.0
    assert found[PIEZO]["note"] == BY_SYMMETRY
    assert "note" not in found["formation_energy_peratom"]
    assert main(["predict", str(path), "--device", "cpu"]) == 0
    printed = capsys.readouterr().out.splitlines()
    solar = next(line for line in printed if "Solar efficiency" in line)
    assert NO_GAP in solar


def test_screening_leaves_out_what_is_not_defined(predictor):
    """Iron has no gap and no layers: empty cells in tables, notes in JSON."""
    names = ("bcc-fe", "molybdenite-mos2")
    files = [(name, LIBRARY[name].structure().to(fmt="cif").encode()) for name in names]
    rows = list(screen(files, predictor))
    columns = [SOLAR, DIELECTRIC, EXFOLIATION, f"{SOLAR}_low", f"{EXFOLIATION}_high"]
    frame = table(rows, shown_keys(predictor), intervals=True)[columns]
    assert frame.iloc[0].isna().all()
    assert frame.iloc[1].notna().all()
    iron, sulfide = (answer(row, predictor)["properties"] for row in rows)
    assert iron[SOLAR]["note"] == f"not defined: {NO_GAP}"
    assert iron[PIEZO] == iron[PIEZO] | {"value": 0.0, "note": BY_SYMMETRY}
    assert "note" not in sulfide[SOLAR]

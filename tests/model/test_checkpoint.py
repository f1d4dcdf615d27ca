"""Weights on disk: what is written is what is read, and damage is named."""

import io
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.numpy import load_file as load_arrays
from safetensors.numpy import save as save_arrays
from safetensors.torch import load_file, save

from crysformer.errors import SettingsError, WeightsError
from crysformer.graph.crystal import build_graph
from crysformer.model.checkpoint import Checkpoint, load_checkpoint, save_checkpoint
from crysformer.model.checksums import write_checksums
from crysformer.model.config import ModelConfig, get_preset
from crysformer.model.files import TENSORS
from crysformer.predict.predictor import Predictor
from crysformer.properties.scaling import Scaling
from crysformer.trust.intervals import Intervals, fit_intervals
from tests.support.crystals import TEXTBOOK, predict, random_model

SMALL = get_preset(
    "shipped", blocks=2, atom_width=16, bond_width=16, angle_width=8, num_heads=2
)
FORMATION = "formation_energy_peratom"
SCALINGS = (
    Scaling(FORMATION, 0.1, 0.5, tuple(np.linspace(-1, 1, 119))),
    Scaling("optb88vdw_total_energy", 0.0, 1.0, (-2.5,) * 119, FORMATION),
    Scaling("optb88vdw_bandgap", 1.0, 0.8, (0.0,) * 119),
    Scaling("magmom_oszicar", 1.5, 0.5, (0.0,) * 119),
)
CARD = {"model": "small", "validation": {"errors": {"optb88vdw_bandgap": {"mae": 0.2}}}}


def checkpoint() -> Checkpoint:
    model = random_model(SMALL, 3, dtype=torch.float32)
    return Checkpoint("small", model, SCALINGS, CARD)


@pytest.fixture
def root(tmp_path) -> Path:
    """A folder of models, one of which is ``small``."""
    save_checkpoint(checkpoint(), tmp_path / "weights" / "small", torch.float32)
    return tmp_path / "weights"


def write(path: Path, content: bytes) -> None:
    """Write another file of a model, with the sha256 that belongs to it."""
    path.write_bytes(content)
    write_checksums(path.parent)


def rewrite(root: Path, **changes: object) -> None:
    """Change fields of config.json."""
    path = root / "small" / "config.json"
    write(path, json.dumps(json.loads(path.read_text()) | changes).encode())


def test_what_is_loaded_is_what_was_saved(root):
    saved, loaded = checkpoint(), load_checkpoint("small", root)
    assert loaded.name == "small"
    assert loaded.scalings == SCALINGS
    assert loaded.keys == [scaling.key for scaling in SCALINGS]
    assert loaded.card == CARD
    assert loaded.model.config == SMALL
    state = loaded.model.state_dict()
    assert state.keys() == saved.model.state_dict().keys()
    for key, value in saved.model.state_dict().items():
        assert torch.equal(state[key], value)
    assert not loaded.model.training
    assert not any(parameter.requires_grad for parameter in loaded.model.parameters())
    graph = build_graph(TEXTBOOK["wurtzite"](), SMALL.neighbour_rule)
    assert np.array_equal(predict(loaded.model, graph), predict(saved.model, graph))


def test_half_precision_is_read_back_as_single(tmp_path):
    save_checkpoint(checkpoint(), tmp_path / "small", torch.float16)
    stored = load_file(tmp_path / "small" / TENSORS)
    assert {value.dtype for value in stored.values()} == {torch.float16}
    state = load_checkpoint("small", tmp_path).model.state_dict()
    for key, value in checkpoint().model.state_dict().items():
        assert torch.equal(state[key], value.half().float())


def test_nothing_is_pickled(root):
    files = {path.name: path.read_bytes() for path in (root / "small").iterdir()}
    assert set(files) == {TENSORS, "config.json", "card.yml", "SHA256SUMS"}
    header = files[TENSORS]
    length = int.from_bytes(header[:8], "little")
    names = json.loads(header[8 : 8 + length])
    names.pop("__metadata__", None)
    assert names.keys() == checkpoint().model.state_dict().keys()
    # A zip archive or a pickle is what torch.save would have written.
    assert not header.startswith((b"PK", b"\x80"))


def test_damaged_tensors_are_noticed(root):
    path = root / "small" / TENSORS
    content = bytearray(path.read_bytes())
    content[-5] ^= 1
    path.write_bytes(content)
    with pytest.raises(WeightsError, match=r"model\.safetensors is damaged.*sha256"):
        load_checkpoint("small", root)
    path.unlink()
    with pytest.raises(WeightsError, match="'small' cannot be read"):
        load_checkpoint("small", root)


def fitted_intervals() -> Intervals:
    random = np.random.default_rng(0)
    targets, predictions = random.random((2, 80, len(SCALINGS)))
    keys, sizes = [scaling.key for scaling in SCALINGS], np.ones(80)
    rows = random.random((80, SMALL.atom_width))
    bands = np.zeros(80, dtype=int)
    return fit_intervals(keys, targets, predictions, rows, sizes, sizes, bands)


def trusted(root: Path) -> Path:
    """A model with intervals beside its weights; returns their file."""
    with_intervals = replace(checkpoint(), intervals=fitted_intervals())
    save_checkpoint(with_intervals, root / "small", torch.float32)
    return root / "small" / "intervals.safetensors"


def test_what_says_how_far_to_trust_a_model_is_verified_too(root):
    assert load_checkpoint("small", root).intervals is None
    path = trusted(root)
    loaded = load_checkpoint("small", root).intervals
    for name, array in fitted_intervals().arrays().items():
        np.testing.assert_array_equal(loaded.arrays()[name], array, name)
    assert loaded.difficulty.keys == tuple(scaling.key for scaling in SCALINGS)
    cell = TEXTBOOK["rock_salt"]()
    prediction = Predictor("small", "cpu", root=root).predict([cell])[0]
    # Which interval is right depends on novelty, which this model cannot tell.
    assert prediction.intervals == {}
    content = bytearray(path.read_bytes())
    content[-5] ^= 1
    path.write_bytes(content)
    with pytest.raises(WeightsError, match=r"intervals\.safetensors is damaged.*sha256"):
        load_checkpoint("small", root)
    path.unlink()
    with pytest.raises(WeightsError, match="'small' cannot be read"):
        load_checkpoint("small", root)


def test_intervals_of_other_properties_are_refused(root):
    """Although their sha256 is right."""
    path = trusted(root)
    arrays = load_arrays(path)
    content = save_arrays(arrays | {"quantiles": arrays["quantiles"][:, :-1].copy()})
    write(path, content)
    with pytest.raises(WeightsError, match="'small' cannot be read: quantiles of"):
        load_checkpoint("small", root)


def without_bias(state: dict[str, torch.Tensor]) -> bytes:
    return save({key: value for key, value in state.items() if key != "heads.bias"})


def with_offset(state: dict[str, torch.Tensor]) -> bytes:
    return save(state | {"heads.offset": torch.zeros(3)})


def with_longer_bias(state: dict[str, torch.Tensor]) -> bytes:
    return save(state | {"heads.bias": torch.zeros(4)})


def pickled(state: dict[str, torch.Tensor]) -> bytes:
    buffer = io.BytesIO()
    torch.save(state, buffer)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (without_bias, r"do not fit.*Missing key.*heads\.bias"),
        (with_offset, r"do not fit.*Unexpected key.*heads\.offset"),
        (with_longer_bias, r"do not fit.*size mismatch for heads\.bias"),
        (pickled, "cannot be read"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_tensors_that_do_not_fit_are_refused(root, change, words):
    """Although their sha256 is right."""
    write(root / "small" / TENSORS, change(checkpoint().model.state_dict()))
    with pytest.raises(WeightsError, match=f"(?s)'small'.*{words}"):
        load_checkpoint("small", root)


ARCHITECTURE = SMALL.to_dict()


@pytest.mark.parametrize(
    "changes",
    [
        {"architecture": ARCHITECTURE | {"colour": 3}},
        {"architecture": {k: v for k, v in ARCHITECTURE.items() if k != "blocks"}},
        {"architecture": ARCHITECTURE | {"blocks": 3}},
        {"architecture": ARCHITECTURE | {"num_heads": 5}},
        {"architecture": None},
        {"scalings": [{"key": "optb88vdw_bandgap"}]},
        {"scalings": [SCALINGS[0].to_dict()]},
    ],
    ids=[
        "unknown field",
        "missing field",
        "other number of blocks",
        "odd number of heads",
        "no architecture",
        "half a scaling",
        "a single scaling",
    ],
)
def test_a_configuration_that_does_not_fit_is_refused(root, changes):
    rewrite(root, **changes)
    with pytest.raises(WeightsError, match="small"):
        load_checkpoint("small", root)


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '"text"'])
def test_a_configuration_that_is_none_is_refused(root, text):
    write(root / "small" / "config.json", text.encode())
    with pytest.raises(WeightsError, match="'small' cannot be read"):
        load_checkpoint("small", root)


def test_an_unknown_model_is_told_which_there_are(root):
    save_checkpoint(checkpoint(), root / "another", torch.float16)
    with pytest.raises(WeightsError, match=r"'large'.*\['another', 'small'\]"):
        load_checkpoint("large", root)


@pytest.mark.parametrize(
    "name", ["", ".", "..", "../outside", "small/../small", "small/", "{absolute}"]
)
def test_a_name_that_leaves_the_folder_is_refused(root, name):
    """Even where the files of a model lie at that place."""
    for folder in (root, root.parent, root.parent / "outside"):
        save_checkpoint(checkpoint(), folder, torch.float32)
    name = name.format(absolute=root / "small")
    with pytest.raises(WeightsError, match="There is no model"):
        load_checkpoint(name, root)


def test_configurations_are_read_strictly():
    assert ModelConfig.from_dict(json.loads(json.dumps(ARCHITECTURE))) == SMALL
    with pytest.raises(SettingsError, match="colour"):
        ModelConfig.from_dict(ARCHITECTURE | {"colour": 3})
    with pytest.raises(SettingsError, match="ratio"):
        ModelConfig.from_dict({k: v for k, v in ARCHITECTURE.items() if k != "ratio"})


def test_a_loaded_model_predicts_in_the_units_of_its_properties(root):
    """Total energy adds element constants; a supercell has twice the moment."""
    predictor = Predictor("small", "cpu", torch.float64, root)
    cell = TEXTBOOK["rock_salt"]()
    double = cell.copy().make_supercell([2, 1, 1])
    alone, twice = predictor.predict([cell, double])
    assert (alone.formula, alone.model, alone.num_sites) == ("NaCl", "small", 8)
    assert twice.num_sites == 16
    assert list(alone.values) == predictor.checkpoint.keys
    values = alone.values
    difference = values["optb88vdw_total_energy"] - values[FORMATION]
    assert difference == pytest.approx(-2.5, abs=1e-9)
    for key, value in values.items():
        factor = 2.0 if key == "magmom_oszicar" else 1.0
        assert twice.values[key] == pytest.approx(factor * value, rel=1e-9)
    assert values["magmom_oszicar"] > 0.0
    assert predictor.validation_errors == {"optb88vdw_bandgap": 0.2}


def test_a_prediction_does_not_depend_on_its_company(root):
    predictor = Predictor("small", "cpu", torch.float64, root)
    structures = [make() for make in TEXTBOOK.values()]
    together = predictor.predict(structures)
    for structure, known in zip(structures, together, strict=True):
        alone = predictor.predict([structure])[0]
        assert alone.values == pytest.approx(known.values, rel=1e-9, abs=1e-9)
    again = predictor.predict(structures)
    assert [item.values for item in again] == [item.values for item in together]

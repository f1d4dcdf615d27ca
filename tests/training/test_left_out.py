"""Training crystals that a run is told not to learn from."""

import gzip
import json

import numpy as np
import pytest

from crysformer.cli.parser import main
from crysformer.data.dataset import load_dataset
from crysformer.errors import DataError
from crysformer.graph.rule import NeighbourRule
from crysformer.library.catalogue import get_crystal
from crysformer.model.checkpoint import load_checkpoint
from crysformer.training.export import export, recalibrate
from crysformer.training.left_out import LeftOut
from crysformer.training.run_folder import RunFolder

CRYSTALS = ("diamond-si", "rock-salt-nacl", "wurtzite-zno", "quartz-sio2")
SMALL = ("blocks=1", "atom_width=16", "bond_width=16", "angle_width=8", "num_heads=2")
KEYS = ["formation_energy_peratom", "optb88vdw_bandgap"]


def write_data(folder):
    folder.mkdir(parents=True)
    for split, repeats in (("train", 3), ("val", 10)):
        with gzip.open(folder / f"{split}.jsonl.gz", "wt") as lines:
            for number, name in enumerate(CRYSTALS * repeats):
                structure = get_crystal(name).structure()
                row = {
                    "id": f"{split}-{number}",
                    "structure": {
                        "lattice": structure.lattice.matrix.tolist(),
                        "frac_coords": structure.frac_coords.tolist(),
                        "species": [site.specie.symbol for site in structure],
                    },
                    "labels": dict.fromkeys(KEYS, 0.1 * number),
                    "geometry": "old" if number % 2 else "new",
                }
                lines.write(json.dumps(row) + "\n")
    return folder


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return write_data(tmp_path_factory.mktemp("left-out") / "data")


@pytest.fixture
def train(data):
    return load_dataset(data / "train.jsonl.gz", KEYS, NeighbourRule())


def angles_of(dataset):
    return [len(dataset.graphs[row].cosines) for row in range(len(dataset))]


def test_listed_crystals_are_left_out_and_the_others_keep_everything(train, tmp_path):
    (tmp_path / "ids").write_text("train-0\n\n train-5 \nelsewhere\n")
    left_out = LeftOut.read(tmp_path / "ids")
    kept = left_out.of(train)
    rows = [row for row in range(len(train)) if train.ids[row] not in left_out.ids]
    assert kept.ids == [train.ids[row] for row in rows]
    assert len(rows) == len(train) - 2
    assert kept.formulas == [train.formulas[row] for row in rows]
    assert kept.geometries == [train.geometries[row] for row in rows]
    np.testing.assert_array_equal(kept.values, train.values[rows])
    for new, old in enumerate(rows):
        np.testing.assert_array_equal(kept.graphs[new].cosines, train.graphs[old].cosines)
        np.testing.assert_array_equal(
            kept.graphs[new].edge_index, train.graphs[old].edge_index
        )
    card = left_out.card(train)
    assert (card["ids"]["listed"], card["ids"]["crystals"]) == (3, 2)


def test_crystals_with_more_angles_than_the_limit_are_left_out(train):
    angles = angles_of(train)
    limit = sorted(set(angles))[-2]
    left_out = LeftOut(max_angles=limit)
    assert max(angles_of(left_out.of(train))) == limit
    gone = sum(count > limit for count in angles)
    assert left_out.card(train) == {"angles": {"most": limit, "crystals": gone}}


def test_nothing_given_leaves_everybody_in(train):
    assert LeftOut().of(train) is train
    assert LeftOut().card(train) == {}


def test_a_list_that_cannot_be_used_is_a_sentence(train, tmp_path):
    with pytest.raises(DataError, match="cannot be read as a list"):
        LeftOut.read(tmp_path / "nowhere")
    (tmp_path / "empty").write_text("\n")
    with pytest.raises(DataError, match="names no crystal"):
        LeftOut.read(tmp_path / "empty")
    with pytest.raises(DataError, match="All 12 training crystals"):
        LeftOut(max_angles=0).of(train)


@pytest.fixture(scope="module")
def run(data, tmp_path_factory):
    out = tmp_path_factory.mktemp("run-left-out")
    (out / "ids").write_text("train-1\n")
    words = ["train", "--data", str(data), "--out", str(out / "run"), "--steps", "2"]
    words += ["--processes", "1", "--device", "cpu", "--exclude", str(out / "ids")]
    words += ["--max-angles", "100000", "--set", *SMALL, "batch_size=4"]
    assert main(words) == 0
    return out / "run"


def test_a_run_keeps_its_list_and_the_card_names_it(run, data, tmp_path):
    assert RunFolder(run).left_out() == LeftOut(("train-1",), 100_000)
    folder = export(run, "small", tmp_path)
    told = load_checkpoint("small", tmp_path).card["training_data"]
    assert told["left_out"]["ids"]["crystals"] == 1
    assert told["left_out"]["angles"] == {"most": 100_000, "crystals": 0}
    assert told["crystals"]["train"] == len(CRYSTALS) * 3 - 1
    # A resumed run learns from the same crystals without being told again.
    words = ["train", "--data", str(data), "--out", str(run), "--steps", "3"]
    assert main([*words, "--processes", "1", "--device", "cpu", "--resume"]) == 0
    assert RunFolder(run).left_out().ids == ("train-1",)
    assert folder.is_dir()


def test_data_that_were_moved_are_named_and_others_are_refused(run, data, tmp_path):
    moved = tmp_path / "elsewhere" / "data"
    moved.parent.mkdir()
    data.rename(moved)
    try:
        with pytest.raises(DataError, match=r"cannot be read"):
            export(run, "small", tmp_path / "weights")
        export(run, "small", tmp_path / "weights", data=[moved])
    finally:
        moved.rename(data)
    rows = gzip.decompress((data / "val.jsonl.gz").read_bytes()).decode().splitlines()
    other = tmp_path / "other"
    other.mkdir()
    (other / "train.jsonl.gz").write_bytes((data / "train.jsonl.gz").read_bytes())
    (other / "val.jsonl.gz").write_bytes(gzip.compress("\n".join(rows[:24]).encode()))
    with pytest.raises(DataError, match="not its validation crystals"):
        export(run, "small", tmp_path / "weights", data=[other])


def test_calibrating_again_changes_nothing_but_what_it_measures(run, data, tmp_path):
    folder = export(run, "small", tmp_path)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    listed = tmp_path / "ids"
    listed.write_text("train-1\n")
    recalibrate("small", [data], tmp_path, exclude=listed)
    after = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert after == before
    with pytest.raises(DataError, match="left out"):
        recalibrate("small", [data], tmp_path)
    with pytest.raises(DataError, match="not those small learnt from"):
        recalibrate("small", [write_data(tmp_path / "again" / "other")], tmp_path)

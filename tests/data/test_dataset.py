"""Data files: what is read is what was written, and damage is named."""

import gzip
import json
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from pymatgen.core import Lattice, Structure
from safetensors.numpy import load_file

from crysformer.data.dataset import load_dataset, read_columns, read_rows
from crysformer.data.store import Graphs
from crysformer.errors import DataError
from crysformer.graph.rule import NeighbourRule
from crysformer.training.datasets import find_keys
from tests.support.crystals import TEXTBOOK, write_rows
from tests.support.training import COLUMNS, SMALL, crystals


def test_rows_are_read_as_written(folder, data):
    rows = list(read_rows(folder / "train.jsonl.gz"))
    assert [row.id for row in rows] == data.ids == list(crystals())
    assert rows[0].structure == crystals()["diamond"]
    assert data.formulas == ["Si"] * 5 + ["NaCl"] * 3
    assert data.num_sites.tolist() == [8, 2, 2, 4, 1, 8, 4, 2]
    assert data.formula_atoms.tolist() == [1] * 5 + [2] * 3
    assert np.isnan(data.values[:, 2]).sum() == 2
    np.testing.assert_allclose(data.composition()[:, 14], [1] * 5 + [0] * 3)
    np.testing.assert_allclose(data.composition()[5:, [11, 17]], 0.5)


def test_cached_graphs_are_those_built(folder, data, tmp_path):
    path, rule = folder / "train.jsonl.gz", SMALL.neighbour_rule
    built = load_dataset(path, COLUMNS, rule, tmp_path)
    cached = load_dataset(path, COLUMNS, rule, tmp_path)
    assert len(list(tmp_path.glob("train-*"))) == 1
    for name, rows in data.graphs.packed().items():
        assert np.array_equal(rows, built.graphs.packed()[name])
        assert np.array_equal(rows, cached.graphs.packed()[name])
        assert isinstance(cached.graphs.packed()[name], np.memmap)
    assert data.graphs.work.tolist() == [data.graphs[row].work for row in range(8)]
    load_dataset(path, COLUMNS, NeighbourRule(0.4, envelope=False), tmp_path)
    assert len(list(tmp_path.glob("train-*"))) == 2


def test_graphs_in_pieces_are_those_in_one(folder, data, tmp_path, monkeypatch):
    path, rule = folder / "train.jsonl.gz", SMALL.neighbour_rule
    monkeypatch.setattr("crysformer.data.cache.PIECE", 3)
    found = load_dataset(path, COLUMNS, rule, tmp_path)
    assert len(list(tmp_path.glob("train-*/*.safetensors"))) == 3
    for name, rows in data.graphs.packed().items():
        assert np.array_equal(rows, found.graphs.packed()[name])
    assert found.graphs.work.tolist() == data.graphs.work.tolist()
    assert found.graphs.angles.tolist() == data.graphs.angles.tolist()
    rows = np.array([6, 0, 5])
    for chosen in (
        found.subset(rows).subset(np.array([2, 1])),
        data.subset(rows[[2, 1]]),
    ):
        assert chosen.graphs.work.tolist() == data.graphs.work[[5, 0]].tolist()
        assert np.array_equal(chosen.graphs[0].lengths, data.graphs[5].lengths)
    twice = Graphs.joined([found.graphs.select(rows), data.graphs])
    assert len(twice) == 11
    assert np.array_equal(twice[1].cosines, twice[3].cosines)


def test_a_row_without_a_graph_is_left_out_of_a_later_piece(
    tmp_path, monkeypatch, caplog
):
    monkeypatch.setattr("crysformer.data.cache.PIECE", 2)
    structures = list(crystals().items())[:5]
    structures[3] = ("empty", Structure(Lattice.cubic(90), ["Na"], [[0, 0, 0]]))
    rows = [(name, found, {"slme": n}) for n, (name, found) in enumerate(structures)]
    write_rows(tmp_path / "train.jsonl.gz", rows)
    for _ in range(2):  # built, and from the cache
        found = load_dataset(
            tmp_path / "train.jsonl.gz", ["slme"], NeighbourRule(), tmp_path / "graphs"
        )
        assert found.values[:, 0].tolist() == [0, 1, 2, 4]
        assert found.ids == [structures[row][0] for row in (0, 1, 2, 4)]
    assert caplog.text.count("empty is left out") == 1


def test_a_cache_that_cannot_be_written_to_stops_nobody(folder, data, tmp_path, caplog):
    occupied = tmp_path / "file"
    occupied.write_text("no folder")
    path, rule = folder / "train.jsonl.gz", SMALL.neighbour_rule
    found = load_dataset(path, COLUMNS, rule, occupied / "graphs")
    assert found.ids == data.ids
    assert "Graphs are not kept" in caplog.text
    assert occupied.read_text() == "no folder"


def test_two_processes_may_fill_one_cache(folder, data, tmp_path):
    path, rule = folder / "train.jsonl.gz", SMALL.neighbour_rule
    with ThreadPoolExecutor(2) as both:
        jobs = [
            both.submit(load_dataset, path, COLUMNS, rule, tmp_path) for _ in range(2)
        ]
    for job in jobs:
        assert job.result().ids == data.ids
    [stored] = tmp_path.glob("train-*/*")
    assert load_file(stored).keys() >= data.graphs.packed().keys()


def test_properties_are_those_with_labels(folder, tmp_path):
    assert find_keys([folder]) == list(COLUMNS)
    write_rows(tmp_path / "train.jsonl.gz", [("a", TEXTBOOK["bcc"](), {"colour": 1})])
    with pytest.raises(DataError, match="is known"):
        find_keys([tmp_path])


GOOD = (
    '{"id": "a", "structure": {"lattice": [[3, 0, 0], [0, 3, 0], [0, 0, 3]], '
    '"frac_coords": [[0, 0, 0]], "species": ["Po"]}, "labels": {"slme": 1}}'
)


def packed(text: str) -> bytes:
    return gzip.compress((GOOD + "\n" + text + "\n").encode())


def corrupted() -> bytes:
    """A flipped byte within the compressed stream of many rows."""
    noise = np.random.default_rng(0).random(3000).tolist()
    content = bytearray(packed(json.dumps(noise)))
    content[100:200] = b"\xff" * 100
    return bytes(content)


@pytest.mark.parametrize(
    "content",
    [
        None,
        b"",
        packed("")[:-20],
        corrupted(),
        b"PK" + GOOD.encode(),
        packed("not json"),
        packed("[1, 2]"),
        packed(GOOD.replace("species", "elements")),
        packed(GOOD.replace("Po", "Xx")),
        packed(GOOD.replace("[[0, 0, 0]]", "[[0, 0]]")),
        packed(GOOD.replace('["Po"]', '["Po", "Po"]')),
        packed(GOOD.replace('{"slme": 1}', '["slme"]')),
        packed(GOOD.replace('"slme": 1', '"slme": "high"')),
    ],
    ids=[
        "missing",
        "empty",
        "cut short",
        "corrupted",
        "neither gzip nor JSON",
        "not JSON",
        "not an object",
        "field missing",
        "no such element",
        "two coordinates",
        "species without place",
        "labels without values",
        "label not a number",
    ],
)
def test_a_damaged_file_is_named_in_a_sentence(tmp_path, content):
    path = tmp_path / "train.jsonl.gz"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(DataError, match=r"train\.jsonl\.gz.*\.$"):
        load_dataset(path, ["slme"], NeighbourRule(), None)


def test_columns_are_those_of_all_rows(folder, tmp_path):
    path = folder / "train.jsonl.gz"
    assert read_columns(path) == {key for row in read_rows(path) for key in row.labels}
    some = tmp_path / "some.jsonl"
    some.write_text('{"labels": {"a": 1.0, "b": null}}\n\n{"labels": {"c": 2.0}}\n')
    assert read_columns(some) == {"a", "c"}
    some.write_text('{"labels": {}}\n[1]\n')
    with pytest.raises(DataError, match=r"Row 2 of .*some\.jsonl has no labels"):
        read_columns(some)

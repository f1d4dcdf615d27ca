"""Data files: what is read is what was written, and damage is named."""

import gzip
import json
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from safetensors.numpy import load_file

from crysformer.data.dataset import load_dataset, read_columns, read_rows
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
    assert len(list(tmp_path.iterdir())) == 1
    for name, rows in data.graphs.arrays.items():
        assert np.array_equal(rows, built.graphs.arrays[name])
        assert np.array_equal(rows, cached.graphs.arrays[name])
    assert data.graphs.work.tolist() == [data.graphs[row].work for row in range(8)]
    load_dataset(path, COLUMNS, NeighbourRule(0.4, envelope=False), tmp_path)
    assert len(list(tmp_path.iterdir())) == 2


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
    [stored] = tmp_path.iterdir()
    assert load_file(stored).keys() >= data.graphs.arrays.keys()


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

"""Releases are dealt into parts as their publishers and the benchmarks deal them."""

import dataclasses
import gzip
import re

import pytest

from crysformer.data.fetch import fetch
from crysformer.data.releases import RELEASES, Release
from crysformer.data.splits import alignn_split
from crysformer.errors import DataError
from crysformer.paths import ROOT
from tests.support.loopback import serve
from tests.support.release_files import fetched, ids, record, rows, zipped

SHARED = ROOT.parent / "shared" / "data" / "jarvis_dft_3d"


def test_split_is_the_slices_of_alignn():
    # list(range(25)) after random.seed(123) and random.shuffle, as ALIGNN writes it: the
    # sizes are rounded down, so the row between training and validation is in neither
    shuffled = [
        4,
        6,
        11,
        9,
        7,
        14,
        18,
        19,
        15,
        20,
        5,
        17,
        22,
        0,
        21,
        16,
        10,
        12,
        24,
        3,
        23,
        13,
        2,
        8,
        1,
    ]
    assert alignn_split(25) == {
        "train": shuffled[:20],
        "val": shuffled[21:23],
        "test": shuffled[23:],
    }


def test_split_is_dealt_on_the_labelled_rows_and_written_in_release_order(tmp_path):
    unlabelled = record(99, formation_energy_peratom="na")
    records = [unlabelled, *(record(i) for i in range(20))]
    parts = fetched(tmp_path, {"/zip": zipped(records)}, n_records=21)
    for part, chosen in alignn_split(20).items():
        assert ids(parts[part]) == [f"JVASP-{i}" for i in sorted(chosen)]


def test_repeated_ids_stay_once_and_never_reach_training_from_the_test_set(tmp_path):
    split = alignn_split(20)
    records = [record(i) for i in range(20)]
    train, test = split["train"], split["test"]
    records[train[0]]["jid"] = records[test[0]]["jid"] = "JVASP-held-out"
    records[train[1]]["jid"] = records[train[2]]["jid"] = "JVASP-twice"
    parts = fetched(tmp_path, {"/zip": zipped(records)})
    assert {part: len(rows) for part, rows in parts.items()} == {
        "train": 14,
        "val": 2,
        "test": 2,
    }
    assert "JVASP-held-out" in ids(parts["test"])
    assert "JVASP-held-out" not in ids(parts["train"])
    assert ids(parts["train"]).count("JVASP-twice") == 1


def mp_release(base: str, **changes: object) -> Release:
    known = dataclasses.replace(
        RELEASES["mp"], url=f"{base}/zip", md5_url=f"{base}/md5", n_records=5
    )
    return dataclasses.replace(
        known, **{"split_url": f"{base}/ids", "split_sizes": (2, 1, 1), **changes}
    )


def mp_record(number: int, **changes: object) -> dict:
    labels = dict.fromkeys(RELEASES["mp"].labels, number + 1.5)
    return {"id": f"mp-{number}", "atoms": record(0)["atoms"], **labels, **changes}


def test_mp_follows_the_published_ids_and_drops_failed_moduli(tmp_path):
    records = [mp_record(i) for i in range(5)]
    records[3] |= {"bulk modulus": -3.0, "shear modulus": 0.0, "gap pbe": 0.0}
    split = {
        "train": {"mp-3": -1.0, "mp-0": 2.0},
        "val": {"mp-4": 0},
        "test": {"mp-2": 0},
    }
    with serve({"/zip": zipped(records), "/ids": zipped(split)}) as base:
        train, val, test = map(rows, fetch("mp", tmp_path, release=mp_release(base)))
    assert ids(train) == ["mp-0", "mp-3"]
    assert (ids(val), ids(test)) == (["mp-4"], ["mp-2"])
    assert train[0]["labels"]["bulk_modulus_vrh"] == 1.5
    assert train[1]["labels"] == {
        "band_gap_pbe": 0.0,
        "energy_above_hull": 4.5,
        "formation_energy_per_atom": 4.5,
    }


@pytest.mark.parametrize(
    ("split", "sentence"),
    [
        ({"train": ["mp-0"], "val": ["mp-1"], "test": []}, r"lists \(1, 1, 0\) ids"),
        ({"train": ["mp-0", "mp-7"], "val": ["mp-1"], "test": ["mp-2"]}, "such as mp-7"),
        (["mp-0"], "does not list ids by part"),
    ],
)
def test_a_split_that_does_not_belong_is_refused(tmp_path, split, sentence):
    files = {"/zip": zipped([mp_record(i) for i in range(5)]), "/ids": zipped(split)}
    with serve(files) as base, pytest.raises(DataError, match=sentence):
        fetch("mp", tmp_path, release=mp_release(base))


@pytest.mark.skipif(not SHARED.is_dir(), reason=f"needs the project's data in {SHARED}")
def test_split_of_jarvis_is_the_one_of_the_projects_copy():
    """Slots and rows fit together, though the release itself is not at hand.

    The copy keeps release order within each part and drops 11 repeated training rows.
    Near its end the release interleaves runs of consecutive numbers, so a validation row
    must stand beside training rows of neighbouring numbers; under another seed it does
    not.
    """
    numbers = {part: _shared_numbers(part) for part in ("train", "val")}
    split = alignn_split(RELEASES["jarvis"].n_records)
    assert len(split["val"]) == len(numbers["val"]) == 5_572
    assert len(split["train"]) == 44_578 == len(numbers["train"]) + 11
    assert not set(numbers["train"]) & set(numbers["val"])
    # Printed listings of the release begin with these five, all training rows.
    assert numbers["train"][:5] == [90856, 86097, 64906, 98225, 10]
    assert sorted(split["train"])[:5] == [0, 1, 2, 3, 4]
    assert _share_beside_neighbours(numbers, seed=123) > 0.8
    assert all(_share_beside_neighbours(numbers, seed=seed) < 0.3 for seed in (1, 42))


def _shared_numbers(part: str) -> list[int]:
    with gzip.open(SHARED / f"{part}.jsonl.gz", "rt") as file:
        return [int(re.match(r'\{"id":"JVASP-(\d+)"', line)[1]) for line in file]


def _share_beside_neighbours(numbers: dict[str, list[int]], *, seed: int) -> float:
    split = alignn_split(RELEASES["jarvis"].n_records, seed=seed)
    slots = sorted(split["train"])[-2000:]
    slot_of = dict(zip(numbers["train"][-2000:], slots, strict=True))
    distances = []
    for number, slot in zip(numbers["val"], sorted(split["val"]), strict=True):
        near = [slot_of[n] for n in range(number - 2, number + 3) if n in slot_of]
        if slot >= slots[0] and near:
            distances.append(min(abs(slot - other) for other in near))
    return sum(distance <= 8 for distance in distances) / len(distances)

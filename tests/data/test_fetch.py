"""Published releases become our files: same rows, a sentence for each fault."""

import hashlib
import json

import pytest

from crysformer.data.fetch import fetch
from crysformer.data.releases import RELEASES
from crysformer.download import CHUNK
from crysformer.errors import DataError, SettingsError
from tests.support.loopback import serve
from tests.support.release_files import CUBIC, SKEWED, fetched, jarvis_at, record, zipped


def test_rows_have_our_form_and_only_the_labels_that_exist(tmp_path):
    records = [record(i) for i in range(20)]
    records[0] = record(
        0,
        **{"n-Seebeck": "na", "slme": None, "max_efg": float("nan"), "spillage": "0.25"},
    )
    records[1]["atoms"] = {
        "lattice_mat": SKEWED,
        "coords": [[0.5, 0.25, 0.125]],
        "elements": ["Po"],
        "cartesian": False,
    }
    records[2]["atoms"]["lattice_mat"] = SKEWED
    parts = fetched(tmp_path / "new" / "folder", {"/zip": zipped(records)})
    row = {row["id"]: row for part in parts.values() for row in part}
    assert row["JVASP-0"]["structure"] == {
        "lattice": CUBIC,
        "frac_coords": [[0.0, 0.0, 0.0], [0.5, 0.5, 0.25]],
        "species": ["Na", "Cl"],
    }
    assert row["JVASP-1"]["structure"]["frac_coords"] == [[0.5, 0.25, 0.125]]
    # (2, 2, 1) = a x + b y + c z on the skewed rows, solved by hand
    z = 1 / 5
    y = (2 - 0.5 * z) / 3
    x = (2 - y) / 4
    assert row["JVASP-2"]["structure"]["frac_coords"][1] == pytest.approx(
        [x, y, z], abs=1e-8
    )
    labels = row["JVASP-0"]["labels"]
    assert not {"n_Seebeck", "n-Seebeck", "slme", "max_efg", "jid", "spg"} & labels.keys()
    assert labels["spillage"] == 0.25
    assert labels["formation_energy_peratom"] == 0.0
    assert set(row["JVASP-3"]["labels"]) == set(RELEASES["jarvis"].labels.values())
    assert row["JVASP-3"]["labels"]["n_powerfact"] == records[3]["n-powerfact"]


def test_same_release_gives_the_same_bytes(tmp_path):
    release = {"/zip": zipped([record(i) for i in range(20)])}
    fetched(tmp_path / "a", release)
    fetched(tmp_path / "b", release)
    for part in ("train", "val", "test"):
        name = f"{part}.jsonl.gz"
        content = (tmp_path / "a" / name).read_bytes()
        assert content == (tmp_path / "b" / name).read_bytes()
        assert content[4:8] == bytes(4), "gzip's header must not hold the time"


def test_records_longer_than_a_read_are_put_together(tmp_path):
    notes = {3: "x" * (3 * CHUNK), 4: "y" * CHUNK}
    records = [record(i, note=notes.get(i, "")) for i in range(20)]
    parts = fetched(tmp_path, {"/zip": zipped(records)})
    assert sum(map(len, parts.values())) == 20


GOOD = zipped([record(i) for i in range(20)])


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (None, r"/zip answered 404 Not Found\.$"),
        (b"<html>", "is not an intact zip: File is not a zip file"),
        (zipped("{}"), "is not a list of records"),
        (zipped("[{}, {"), r"Record 1 of .* has no 'jid'"),
        (zipped(json.dumps([record(0)])[:-9]), "damaged or cut off after record 0"),
        (zipped([record(0)]), "holds 1 records; .* has 20"),
        (zipped([{"jid": "JVASP-1"}]), r"Record 1 of .* has no 'atoms'"),
        (zipped([record(0, slme="many")]), "Record 1 of .* 'many'"),
        (
            zipped([record(0, atoms=record(0)["atoms"] | {"elements": ["Na"]})]),
            "1 species",
        ),
        (zipped([record(i, **{"n-Seebeck": "na"}) for i in range(20)]), "for n-Seebeck"),
        (zipped("[]", name="notes.txt"), "holds 0 JSON files, not 1"),
    ],
)
def test_faults_of_the_release_are_sentences_and_leave_nothing(
    tmp_path, content, sentence
):
    files = {} if content is None else {"/zip": content}
    with pytest.raises(DataError, match=sentence):
        fetched(tmp_path, files)
    assert list(tmp_path.iterdir()) == []


def test_damage_inside_the_zip_is_noticed(tmp_path):
    middle = len(GOOD) // 2
    damaged = GOOD[:middle] + bytes(byte ^ 0xFF for byte in GOOD[middle : middle + 8])
    with pytest.raises(DataError, match=r"not an intact zip|damaged|not UTF-8"):
        fetched(tmp_path, {"/zip": damaged + GOOD[middle + 8 :]})


@pytest.mark.parametrize(
    ("options", "changes", "sentence"),
    [
        ({"status": 202}, {}, "answered 202 instead of the file"),
        ({"cut": 100}, {}, r"ended after [\d,]+ of [\d,]+ bytes|could not be read"),
        ({}, {"max_bytes": 1000}, "larger than the 1,000 bytes"),
    ],
)
def test_faults_of_the_download_are_sentences(tmp_path, options, changes, sentence):
    with (
        serve({"/zip": GOOD}, **options) as base,
        pytest.raises(DataError, match=sentence),
    ):
        fetch("jarvis", tmp_path, release=jarvis_at(base, **changes))
    assert list(tmp_path.iterdir()) == []


def test_an_unreachable_publisher_is_a_sentence(tmp_path):
    with serve({}) as base:
        pass
    with pytest.raises(DataError, match=r"could not be reached: .*refused"):
        fetch("jarvis", tmp_path, release=jarvis_at(base))


def test_older_files_survive_a_failed_fetch(tmp_path):
    (tmp_path / "train.jsonl.gz").write_bytes(b"older")
    with pytest.raises(DataError, match="404"):
        fetched(tmp_path, {})
    assert (tmp_path / "train.jsonl.gz").read_bytes() == b"older"


def test_the_publishers_md5_is_checked_where_there_is_one(tmp_path, capsys):
    stated = {"computed_md5": hashlib.md5(GOOD).hexdigest(), "supplied_md5": ""}
    fetched(tmp_path, {"/zip": GOOD, "/md5": json.dumps(stated).encode()})
    assert "checksum" not in capsys.readouterr().err
    wrong = {"computed_md5": "0" * 32}
    with pytest.raises(DataError, match=r"not have the expected checksum md5:0000"):
        fetched(tmp_path, {"/zip": GOOD, "/md5": json.dumps(wrong).encode()})


def test_no_published_md5_is_said(tmp_path, capsys):
    fetched(tmp_path, {"/zip": GOOD})
    assert "No checksum is published" in capsys.readouterr().err


def test_an_unknown_name_and_an_unusable_folder_are_sentences(tmp_path):
    with pytest.raises(SettingsError, match=r"'oqmd'.*jarvis, mp"):
        fetch("oqmd", tmp_path)
    (tmp_path / "file").touch()
    with pytest.raises(DataError, match=r"Cannot write to .*file"):
        fetch("jarvis", tmp_path / "file", release=jarvis_at("http://127.0.0.1:9"))

"""Where crystals come from: archives, JSON lines and parquet, opened one at a time."""

import gzip
import json
import tarfile
import zipfile
from io import BytesIO

import pandas as pd
import pytest

from crysformer.errors import StructureError
from crysformer.library.catalogue import load_library
from crysformer.screening import archives, sources
from crysformer.screening.sources import crystals_in, find_inputs, opened, single_crystals
from crysformer.structure.read import read_structure

SALT = load_library()["rock-salt-nacl"].structure()
CIF = SALT.to(fmt="cif")


def row(name: str) -> dict:
    """A crystal as training data have it."""
    crystal = {
        "lattice": SALT.lattice.matrix.tolist(),
        "frac_coords": SALT.frac_coords.tolist(),
        "species": [site.specie.symbol for site in SALT],
    }
    return {"id": name, "structure": crystal}


def formulas(found) -> list[str]:
    """What readers make of the crystals found."""
    return [
        str(content)
        if isinstance(content, StructureError)
        else read_structure(content).reduced_formula
        for name, given in found
        for _, content in single_crystals(name, given)
    ]


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_json_lines_are_crystals_of_their_own(tmp_path, pack):
    lines = [json.dumps(row("a")), "", '{"id": "b", "structure": {', json.dumps(row("c"))]
    path = tmp_path / "rows.jsonl.gz"
    path.write_bytes(pack("\n".join(lines).encode()))
    found = list(crystals_in("rows", path))
    assert [name for name, _ in found] == ["rows #1 a", "rows #2", "rows #3 c"]
    assert formulas([found[0], found[2]]) == ["NaCl", "NaCl"]
    with pytest.raises(StructureError, match="JSON"):
        read_structure(found[1][1])


def test_lines_are_read_as_they_are_asked_for(tmp_path):
    path = tmp_path / "rows.jsonl"
    lines = path.open("w")
    lines.write(f"{json.dumps(row('a'))}\n" * 2)
    lines.flush()
    found = crystals_in("rows", path)
    next(found)
    lines.write(f"{json.dumps(row('late'))}\n" * 10_000)
    lines.close()
    assert next(found)[0] == "rows #2 a"
    assert next(found)[0] == "rows #3 late"


def test_a_line_of_many_megabytes_is_one_fault(tmp_path, monkeypatch):
    monkeypatch.setattr(sources, "MAX_BYTES", 1000)
    path = tmp_path / "rows.jsonl"
    good = json.dumps(row("a"))
    path.write_text("\n".join([good, '{"x": "' + 5000 * "y" + '"}', good]))
    found = list(crystals_in("rows", path))
    assert [name for name, _ in found] == ["rows #1 a", "rows #2", "rows #3 a"]
    assert "rows #2 is larger than" in str(found[1][1])


def test_packed_lines_that_end_too_early_give_what_they_had(tmp_path):
    path = tmp_path / "rows.jsonl.gz"
    names = [f"{number:03} {hash(number * 7919)}" for number in range(300)]
    whole = gzip.compress("\n".join(json.dumps(row(name)) for name in names).encode())
    path.write_bytes(whole[: len(whole) // 2])
    *good, (name, fault) = crystals_in("rows", path)
    assert 0 < len(good) < 300
    assert name == "rows"
    assert "cannot be read to its end" in str(fault)


def test_a_document_of_one_crystal_is_left_to_its_reader(tmp_path):
    for text in (json.dumps(row("a"), indent=1), json.dumps(row("a")), CIF):
        path = tmp_path / "one"
        path.write_text(text)
        assert list(crystals_in("one", path)) == [("one", path)]


def test_rows_of_parquet_are_documents_or_texts(tmp_path):
    flat = [row(name)["structure"] | {"material_id": name} for name in "ab"]
    pd.DataFrame(flat).to_parquet(tmp_path / "flat.parquet")
    texts = [{"id": "c", "cif": CIF}, {"id": "d", "cif": None}]
    pd.DataFrame(texts).to_parquet(tmp_path / "texts.parquet")
    found = list(opened(find_inputs([tmp_path])))
    names = [name.removeprefix(f"{tmp_path}/") for name, _ in found]
    assert names == [
        "flat.parquet #1 a",
        "flat.parquet #2 b",
        "texts.parquet #1 c",
        "texts.parquet #2 d",
    ]
    assert formulas(found[:3]) == ["NaCl"] * 3
    with pytest.raises(StructureError, match="is empty"):
        read_structure(found[3][1])


def test_a_damaged_parquet_file_is_one_fault(tmp_path):
    path = tmp_path / "bad.parquet"
    path.write_bytes(b"PAR1" + bytes(100))
    ((name, fault),) = crystals_in("bad", path)
    assert name == "bad"
    assert "damaged parquet" in str(fault)


@pytest.mark.parametrize("ending", ["tar", "tar.gz"])
def test_members_of_a_tar_are_files(tmp_path, ending):
    path = tmp_path / f"many.{ending}"
    with tarfile.open(path, "w:gz" if ending == "tar.gz" else "w") as archive:
        for name in ("a.cif", "deep/b.cif", ".hidden.cif", "../up.cif"):
            entry = tarfile.TarInfo(name)
            entry.size = len(CIF.encode())
            archive.addfile(entry, BytesIO(CIF.encode()))
        link = tarfile.TarInfo("passwd")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
    found = list(crystals_in("t", path))
    assert [name for name, _ in found] == ["t/a.cif", "t/deep/b.cif", "t/up.cif"]
    assert formulas(found) == ["NaCl"] * 3
    path.write_bytes(path.read_bytes()[:300])
    faults = [fault for _, fault in crystals_in("t", path)]
    assert isinstance(faults[-1], StructureError)


def test_a_zip_beyond_the_app_s_limit_is_read_member_by_member(tmp_path, monkeypatch):
    path = tmp_path / "many.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.cif", CIF)
        archive.writestr("bomb.cif", bytes(6_000_000))
        archive.writestr("deep/b.cif", CIF)
    assert [name for name, _ in crystals_in("z", path)] == ["z"]  # refused as a whole
    monkeypatch.setattr(archives, "MAX_BYTES", 10)
    found = list(crystals_in("z", path))
    assert [name for name, _ in found] == ["z/a.cif", "z/bomb.cif", "z/deep/b.cif"]
    assert "more than the limit of 5 MB" in str(found[1][1])
    assert formulas([found[0], found[2]]) == ["NaCl", "NaCl"]

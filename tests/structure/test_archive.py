"""Zips from strangers: limits, lies, names, and files that come out as they went in."""

import io
import random
import struct
import time
import tracemalloc
import zipfile

import pytest

from crysformer.errors import StructureError
from crysformer.structure.archive import (
    MAX_BYTES,
    MAX_MEMBER_BYTES,
    MAX_NAME,
    is_archive,
    plain_name,
    read_archive,
)
from crysformer.structure.read import read_structure
from tests.support.crystal_files import SYMMETRIC_CIF, poscar, sentence
from tests.support.zips import ENTRY, LOCAL, packed, patched, with_size


def refusal(content):
    message = sentence(lambda: read_archive(content, "many.zip"))
    assert message.startswith("many.zip ")
    return message


def test_files_come_out_as_they_went_in():
    files = [("NaCl.cif", SYMMETRIC_CIF.encode()), ("a/b/POSCAR", poscar().encode())]
    content = packed(*files)
    assert is_archive(content)
    assert read_archive(content, "many.zip") == files
    stored = packed(*files, method=zipfile.ZIP_STORED)
    assert read_archive(stored, "many.zip") == files
    for name, found in read_archive(content, "many.zip"):
        assert len(read_structure(found, name)) == 8


def test_nothing_is_written(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    read_archive(packed(("../up.cif", b"x"), ("down.cif", b"x")), "many.zip")
    assert not list(tmp_path.iterdir())
    assert not list(tmp_path.parent.glob("up.cif"))


def test_folders_and_hidden_files_are_left_out():
    content = packed(
        ("a/", b""),
        ("a/NaCl.cif", b"x"),
        ("a/.DS_Store", b"x"),
        (".git/config", b"x"),
        ("__MACOSX/a/._NaCl.cif", b"x"),
    )
    assert read_archive(content, "many.zip") == [("a/NaCl.cif", b"x")]


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("NaCl.cif", "NaCl.cif"),
        ("a/NaCl.cif", "a/NaCl.cif"),
        ("../../etc/passwd", "etc/passwd"),
        ("/etc/passwd", "etc/passwd"),
        ("..\\..\\windows\\x", "windows/x"),
        ("a/./b", "a/b"),
        ("a\nb\tc\x1b[31m\x7f.cif", "abc[31m.cif"),
        ("\u202efic.lCaN", "fic.lCaN"),
        ("<script>alert(1)<b>", "<script>alert(1)<b>"),
        ("../..", "unnamed"),
        ("", "unnamed"),
    ],
)
def test_names_are_text_that_climbs_nowhere(path, shown):
    assert plain_name(path) == shown


def test_names_are_bounded_and_keep_their_end():
    name = plain_name("x" * 60_000 + ".cif")
    assert len(name) == MAX_NAME
    assert name.endswith("xx.cif")
    ((found, _),) = read_archive(packed(("y" * 60_000 + ".cif", b"x")), "many.zip")
    assert len(found) == MAX_NAME


def test_traversal_names_come_out_harmless():
    content = packed(("../../etc/cron.d/x", b"x"), ("..", b"y"))
    assert read_archive(content, "many.zip") == [
        ("etc/cron.d/x", b"x"),
        ("unnamed", b"y"),
    ]


def test_an_ordinary_number_of_members_passes_and_one_more_does_not():
    files = [(f"{number}.cif", b"x") for number in range(1001)]
    hidden = [(f"__MACOSX/._{number}", b"x") for number in range(1000)]
    assert len(read_archive(packed(*files[:1000], *hidden), "many.zip")) == 1000
    message = refusal(packed(*files))
    assert "1001 files" in message
    assert "limit of 1000" in message


def test_a_huge_directory_is_refused_before_it_is_listed():
    content = packed(("a.cif", b"x"))
    start = content.index(ENTRY)
    stuffed = content[:start] + ENTRY * 1_000_000 + content[start:]
    started = time.perf_counter()
    assert "1000001 entries" in refusal(stuffed)
    assert time.perf_counter() - started < 0.5


def test_a_bomb_is_refused_by_its_ratio():
    message = refusal(packed(("zeros.cif", bytes(4_000_000))))
    assert "'zeros.cif'" in message
    assert "4000000 bytes" in message
    assert "200 times" in message


def test_a_large_total_is_refused_before_anything_is_unpacked():
    """The directory alone says so: what is packed is a hundredth of that."""
    noise = random.Random(0).randbytes(40_000)
    content = packed(*((f"{n}.cif", noise) for n in range(11)))
    assert "unpacks to 53.9 MB, more than the limit of 50 MB" in refusal(
        with_size(content, 4_900_000)
    )


def test_a_zip_over_50_mb_is_refused_unlisted():
    message = refusal(LOCAL + bytes(MAX_BYTES))
    assert "larger than 50 MB" in message


def test_sizes_that_lie_high_are_refused_unread():
    content = packed(("a.cif", b"x" * 100))
    assert "4000000000 bytes packed into" in refusal(with_size(content, 4_000_000_000))


def test_members_that_share_their_bytes_are_refused():
    content = packed(("a.cif", bytes(range(256)) * 9), method=zipfile.ZIP_STORED)
    start, end = content.index(ENTRY), content.index(b"PK\x05\x06")
    directory = content[start:end] * 3
    tail = bytearray(content[end:])
    struct.pack_into("<HHI", tail, 8, 3, 3, len(directory))
    assert "overlap" in refusal(content[:start] + directory + bytes(tail))


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_a_zip_within_a_zip_is_refused(method):
    inner = packed(("a.cif", b"x"))
    message = refusal(packed(("ok.cif", b"x"), ("b/inner.dat", inner), method=method))
    assert "'b/inner.dat', a zip within a zip" in message


ONE = packed(("a.cif", b"x" * 1000), method=zipfile.ZIP_STORED)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "not a zip"),
        (b"data_NaCl", "not a zip"),
        (packed(), "holds no files"),
        (packed(("a/", b"")), "holds no files"),
        (ONE[:-30], "damaged zip"),
        (LOCAL, "damaged zip"),
    ],
    ids=["empty file", "text", "no members", "a folder", "cut off", "magic"],
)
def test_what_is_no_good_zip(content, words):
    assert words in refusal(content)


def test_every_flipped_byte_is_files_or_a_sentence():
    content = packed(("a.cif", SYMMETRIC_CIF.encode()), ("b.cif", b"x" * 50))
    noticed = 0
    for place in range(len(content)):
        changed = bytearray(content)
        changed[place] ^= 0xFF
        try:
            found = read_archive(bytes(changed), "many.zip")
        except StructureError:
            noticed += 1
        else:
            noticed += any(isinstance(data, StructureError) for _, data in found)
    assert noticed > len(content) // 2


GOOD = ("good.cif", SYMMETRIC_CIF.encode())


def fault_beside_a_good_file(content):
    """Return what is said of one bad member; the other must come out whole."""
    (_, fault), good = read_archive(content, "many.zip")
    assert good == GOOD
    assert isinstance(fault, StructureError)
    assert ". " not in str(fault)
    return str(fault)


def test_a_large_member_is_one_fault():
    content = packed(("a.cif", bytes(5_000_001)), GOOD, method=zipfile.ZIP_STORED)
    assert fault_beside_a_good_file(content) == (
        "many.zip/a.cif is 5000001 bytes, more than the limit of 5 MB; leave it out"
    )


def test_an_encrypted_member_is_one_fault():
    content = patched(packed(("a.cif", b"x"), GOOD), 8, "<H", 1)
    assert "a.cif is encrypted" in fault_beside_a_good_file(content)


def test_unusual_compression_is_one_fault():
    stream = io.BytesIO(packed(("a.cif", b"x" * 50), method=zipfile.ZIP_LZMA))
    with zipfile.ZipFile(stream, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(*GOOD)
    assert "a.cif uses compression method 14" in fault_beside_a_good_file(
        stream.getvalue()
    )


def test_a_damaged_member_is_one_fault():
    content = packed(("a.cif", b"x" * 1000), GOOD, method=zipfile.ZIP_STORED)
    changed = content.replace(b"xxx", b"yyy", 1)
    assert "a.cif is damaged in the zip" in fault_beside_a_good_file(changed)


def test_sizes_that_lie_low_unpack_no_further_than_the_limit_of_one():
    files = [(f"{number}.cif", b"0123456789" * 300_000) for number in range(20)]
    content = with_size(packed(*files), 100)
    tracemalloc.start()
    members = read_archive(content, "many.zip")
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(members) == 20
    assert all("damaged" in str(fault) for _, fault in members)
    assert most < 3 * MAX_MEMBER_BYTES < 20 * len(files[0][1])


def test_a_name_that_is_not_the_one_in_the_directory_is_one_fault():
    content = packed(("a.cif", b"x"), GOOD).replace(b"a.cif", b"b.cif", 1)
    assert "a.cif is damaged" in fault_beside_a_good_file(content)


def test_a_name_that_is_no_utf_8_is_read_as_something_else():
    content = packed(("\u00e4.cif", b"x"), ("\u00f6.cif", b"y"))
    broken = content.replace("\u00e4".encode(), b"\xff\xfe")
    (name, data), other = read_archive(broken, "many.zip")
    assert (name[-4:], data) == (".cif", b"x")
    assert other == ("\u00f6.cif", b"y")


@pytest.mark.parametrize("name", ["a\x00b.cif", "a" * 60_000, "<img src=x>", "\u202ea"])
def test_strange_names_are_text(name):
    (found, data), good = read_archive(packed((name, b"x"), GOOD), "many.zip")
    assert data == b"x"
    assert len(found) <= MAX_NAME
    assert found.isprintable()
    assert good == GOOD

"""Members of a zip that cannot be read, among others that can: one fault each."""

import io
import zipfile

import pytest

from crysformer.errors import StructureError
from crysformer.structure.archive import MAX_NAME, read_archive
from tests.support.crystal_files import SYMMETRIC_CIF
from tests.support.zips import packed, patched, with_size

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


def test_sizes_that_lie_low_unpack_no_further_than_they_say():
    content = packed(("a.cif", b"0123456789" * 300_000), GOOD)
    assert "damaged" in fault_beside_a_good_file(with_size(content, 100))


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

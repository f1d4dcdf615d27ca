"""Read the files of a zip in memory, without trusting a number or a name in it.

The directory is checked before anything is unpacked. It may lie, so that the same limits
hold again while unpacking. Nothing is ever written to disk.

What could harm refuses the whole zip; a member that merely cannot be read is one fault
among files that can.
"""

import re
import struct
import unicodedata
import zipfile
from collections.abc import Iterator
from io import BytesIO

from crysformer.errors import StructureError

MAX_BYTES = 50_000_000
MAX_MEMBERS = 1000
MAX_MEMBER_BYTES = 5_000_000
MAX_RATIO = 200
MAX_NAME = 120

_MAGIC = (b"PK\x03\x04", b"PK\x05\x06")
_ENTRY = b"PK\x01\x02"
_END = b"PK\x05\x06"
_UTF8_NAME = 0x08  # in the upper byte of the flags
# A Mac packs a hidden companion with each file, and folders are entries of their own.
_MAX_ENTRIES = 4 * MAX_MEMBERS
# LZMA may ask for gigabytes of dictionary before the first byte comes out.
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)

Member = tuple[str, bytes | StructureError]
"""Name of a file, and its content or why there is none."""


def is_archive(content: bytes) -> bool:
    """Say whether a file is a zip, by its first bytes."""
    return content.startswith(_MAGIC)


def read_archive(content: bytes, name: str) -> list[Member]:
    """Unpack a zip in memory; folders, hidden files and ``__MACOSX`` are left out.

    Args:
        content: The zip as it is.
        name: What to call it in an error.

    Returns:
        Name and content of each file, in the order of the zip; for a file that is
        damaged, encrypted, too large or packed in an unusual way, the error instead.
        Names are text to show, with folders but without control characters or steps
        upwards, at most `MAX_NAME` characters long; two files may have the same one.

    Raises:
        StructureError: It is no zip, damaged as a whole, empty, holds another zip, or
            exceeds a limit on members, total size or ratio. The message is one sentence
            with the name, the values, and what to do.
    """
    name = plain_name(name)
    try:
        _check_container(content)
        with _opened(content) as archive:
            members = listed_members(archive.infolist())
            faults = [member_fault(entry) for _, entry in members]
            _check_directory(members, faults, len(content))
            return list(_unpacked(archive, members, faults, name))
    except StructureError as fault:
        raise StructureError(f"{name} {fault}") from fault
    # zipfile meets hostile bytes with every kind of exception.
    except Exception as error:
        raise StructureError(
            f"{name} is a damaged zip ({type(error).__name__}); pack it again"
        ) from error


def plain_name(path: str) -> str:
    """Return a path as text that is safe to show: no controls, no way up, bounded.

    Args:
        path: A name from outside; slashes and backslashes separate folders.
    """
    # Category C holds control characters and those that reverse the direction of text.
    text = "".join(c for c in path if unicodedata.category(c)[0] != "C")
    text = " ".join("/".join(_parts(text)).split())
    # The end of a path says more than its beginning.
    return (text if len(text) <= MAX_NAME else f"…{text[1 - MAX_NAME :]}") or "unnamed"


def _parts(path: str) -> list[str]:
    """Split a path, without empty parts and without steps to the same or upper folder."""
    return [part for part in re.split(r"[/\\]", path) if part.strip(" .")]


def _check_container(content: bytes) -> None:
    """Refuse what zipfile would take long to list: it builds an object per entry."""
    if not is_archive(content):
        raise StructureError("is not a zip; give a zip of crystal files")
    if len(content) > MAX_BYTES:
        raise StructureError(
            f"is larger than {MAX_BYTES / 1e6:.0f} MB; split it into several"
        )
    entries = content.count(_ENTRY)
    if entries > _MAX_ENTRIES:
        raise StructureError(
            f"lists {entries} entries, more than the limit of {_MAX_ENTRIES}; split it"
        )


def _opened(content: bytes) -> zipfile.ZipFile:
    """Open a zip, also one whose names claim to be UTF-8 and are not."""
    try:
        return zipfile.ZipFile(BytesIO(content))
    except UnicodeDecodeError:
        return zipfile.ZipFile(BytesIO(_with_readable_names(content)))


def _with_readable_names(content: bytes) -> bytes:
    """Take the claim to be UTF-8 from the names that are not; zipfile takes any other."""
    changed = bytearray(content)
    end = content.rfind(_END)
    place = end - struct.unpack_from("<I", content, end + 12)[0]
    while changed[place : place + 4] == _ENTRY:
        sizes = struct.unpack_from("<HHH", changed, place + 28)
        local = struct.unpack_from("<I", changed, place + 42)[0]
        try:
            changed[place + 46 : place + 46 + sizes[0]].decode("utf-8")
        except UnicodeDecodeError:
            for flags in (place + 8, local + 6):  # said in the directory and at the file
                changed[flags + 1] &= 0xFF ^ _UTF8_NAME
        place += 46 + sum(sizes)
    return bytes(changed)


def listed_members(entries: list[zipfile.ZipInfo]) -> list[tuple[str, zipfile.ZipInfo]]:
    """Return the entries that are a person's files, under the names to show."""
    members = []
    for entry in entries:
        parts = _parts(entry.filename)
        hidden = any(part.startswith(".") or part == "__MACOSX" for part in parts)
        if not entry.is_dir() and not hidden:
            members.append((plain_name(entry.filename), entry))
    return members


def member_fault(entry: zipfile.ZipInfo) -> str:
    """Say why a member is left packed; empty if nothing speaks against it."""
    if entry.flag_bits & 0x1:
        return "is encrypted; pack it without a password"
    if entry.compress_type not in _METHODS:
        return (
            f"uses compression method {entry.compress_type}; pack it with Deflate, the "
            "usual method of zip"
        )
    if entry.file_size > MAX_MEMBER_BYTES:
        return (
            f"is {entry.file_size} bytes, more than the limit of "
            f"{MAX_MEMBER_BYTES / 1e6:.0f} MB; leave it out"
        )
    return ""


def _check_directory(
    members: list[tuple[str, zipfile.ZipInfo]], faults: list[str], size: int
) -> None:
    """Refuse an archive for what its own directory says.

    Args:
        members: Names and entries of a person's files.
        faults: Of each, why it stays packed.
        size: Bytes of the whole zip.
    """
    if not members:
        raise StructureError("holds no files; pack at least one crystal")
    if len(members) > MAX_MEMBERS:
        raise StructureError(
            f"holds {len(members)} files, more than the limit of {MAX_MEMBERS}; split it"
        )
    for name, entry in members:
        if entry.file_size > MAX_RATIO * max(entry.compress_size, 1):
            raise StructureError(
                f"holds {name!r}, which is {entry.file_size} bytes packed into "
                f"{entry.compress_size}, more than {MAX_RATIO} times; leave it out"
            )
    wanted = zip(members, faults, strict=True)
    total = sum(entry.file_size for (_, entry), fault in wanted if not fault)
    if total > MAX_BYTES:
        raise StructureError(
            f"unpacks to {total / 1e6:.3g} MB, more than the limit of "
            f"{MAX_BYTES / 1e6:.0f} MB; split it"
        )
    packed = sum(entry.compress_size for _, entry in members)
    if packed > size:
        # Entries that share their bytes: a small zip then unpacks to any size.
        raise StructureError(
            f"lists {packed} packed bytes but has {size}, so its files overlap; "
            "pack it again"
        )


def _unpacked(
    archive: zipfile.ZipFile,
    members: list[tuple[str, zipfile.ZipInfo]],
    faults: list[str],
    zip_name: str,
) -> Iterator[Member]:
    """Unpack within the limits, whatever the directory said."""
    room = MAX_BYTES
    for (name, entry), fault in zip(members, faults, strict=True):
        if not fault:
            try:
                with archive.open(entry) as file:
                    content = file.read(MAX_MEMBER_BYTES + 1)
            except Exception as error:  # As above, and the other members may be whole.
                fault = f"is damaged in the zip ({type(error).__name__}); pack it again"
        if fault:
            yield name, StructureError(f"{zip_name}/{name} {fault}")
            continue
        room -= len(content)
        if len(content) > MAX_MEMBER_BYTES or room < 0:
            raise StructureError(
                f"unpacks to more than the limits of {MAX_MEMBER_BYTES / 1e6:.0f} MB a "
                f"file and {MAX_BYTES / 1e6:.0f} MB in all; split it"
            )
        if is_archive(content):
            raise StructureError(
                f"holds {name!r}, a zip within a zip; unpack that one first"
            )
        yield name, content

"""Read the files of a zip in memory, without trusting a number or a name in it.

The directory is checked before anything is unpacked. It may lie, so that the same limits
hold again while unpacking. Nothing is ever written to disk.
"""

import re
import unicodedata
import zipfile
from io import BytesIO

from crysformer.errors import StructureError

MAX_BYTES = 50_000_000
MAX_MEMBERS = 1000
MAX_MEMBER_BYTES = 5_000_000
MAX_RATIO = 200
MAX_NAME = 120

_MAGIC = (b"PK\x03\x04", b"PK\x05\x06")
_ENTRY = b"PK\x01\x02"
# A Mac packs a hidden companion with each file, and folders are entries of their own.
_MAX_ENTRIES = 4 * MAX_MEMBERS
# LZMA may ask for gigabytes of dictionary before the first byte comes out.
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


def is_archive(content: bytes) -> bool:
    """Say whether a file is a zip, by its first bytes."""
    return content.startswith(_MAGIC)


def read_archive(content: bytes, name: str) -> list[tuple[str, bytes]]:
    """Unpack a zip in memory; folders, hidden files and ``__MACOSX`` are left out.

    Args:
        content: The zip as it is.
        name: What to call it in an error.

    Returns:
        Name and content of each file, in the order of the zip. Names are text to show,
        with folders but without control characters or steps upwards, at most `MAX_NAME`
        characters long; two files may have the same one.

    Raises:
        StructureError: It is no zip, damaged, encrypted, empty, holds another zip, or
            exceeds a limit on members, sizes or ratio. The message is one sentence with
            the name, the values, and what to do.
    """
    try:
        _check_container(content)
        with zipfile.ZipFile(BytesIO(content)) as archive:
            members = _members(archive.infolist())
            _check_directory([member for _, member in members], len(content))
            return _unpacked(archive, members)
    except StructureError as fault:
        raise StructureError(f"{plain_name(name)} {fault}") from fault
    except (
        Exception
    ) as error:  # zipfile meets hostile bytes with every kind of exception.
        raise StructureError(
            f"{plain_name(name)} is a damaged zip ({type(error).__name__}); pack it again"
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


def _members(entries: list[zipfile.ZipInfo]) -> list[tuple[str, zipfile.ZipInfo]]:
    """Return the entries that are a person's files, under the names to show."""
    members = []
    for entry in entries:
        parts = _parts(entry.filename)
        hidden = any(part.startswith(".") or part == "__MACOSX" for part in parts)
        if not entry.is_dir() and not hidden:
            members.append((plain_name(entry.filename), entry))
    return members


def _check_directory(members: list[zipfile.ZipInfo], size: int) -> None:
    """Refuse an archive for what its own directory says.

    Args:
        members: Entries that would be unpacked.
        size: Bytes of the whole zip.
    """
    if not members:
        raise StructureError("holds no files; pack at least one crystal")
    if len(members) > MAX_MEMBERS:
        raise StructureError(
            f"holds {len(members)} files, more than the limit of {MAX_MEMBERS}; split it"
        )
    for member in members:
        _check_member(member)
    total = sum(member.file_size for member in members)
    if total > MAX_BYTES:
        raise StructureError(
            f"unpacks to {total / 1e6:.3g} MB, more than the limit of "
            f"{MAX_BYTES / 1e6:.0f} MB; split it"
        )
    packed = sum(member.compress_size for member in members)
    if packed > size:
        # Entries that share their bytes: a small zip then unpacks to any size.
        raise StructureError(
            f"lists {packed} packed bytes but has {size}, so its files overlap; "
            "pack it again"
        )


def _check_member(member: zipfile.ZipInfo) -> None:
    name = plain_name(member.filename)
    if member.flag_bits & 0x1:
        raise StructureError(
            f"holds {name!r}, which is encrypted; pack it without a password"
        )
    if member.compress_type not in _METHODS:
        raise StructureError(
            f"holds {name!r}, packed by method {member.compress_type}; "
            "pack it with Deflate, the usual method of zip"
        )
    if member.file_size > MAX_MEMBER_BYTES:
        raise StructureError(_too_large(name, f"is {member.file_size} bytes"))
    if member.file_size > MAX_RATIO * max(member.compress_size, 1):
        raise StructureError(
            f"holds {name!r}, which is {member.file_size} bytes packed into "
            f"{member.compress_size}, more than {MAX_RATIO} times; leave it out"
        )


def _unpacked(
    archive: zipfile.ZipFile, members: list[tuple[str, zipfile.ZipInfo]]
) -> list[tuple[str, bytes]]:
    """Unpack within the limits, whatever the directory said."""
    files = []
    room = MAX_BYTES
    for name, member in members:
        with archive.open(member) as file:
            content = file.read(MAX_MEMBER_BYTES + 1)
        if len(content) > MAX_MEMBER_BYTES:
            raise StructureError(_too_large(name, f"is over {MAX_MEMBER_BYTES} bytes"))
        room -= len(content)
        if room < 0:
            raise StructureError(
                f"unpacks to more than the limit of {MAX_BYTES / 1e6:.0f} MB; split it"
            )
        if is_archive(content):
            raise StructureError(
                f"holds {name!r}, a zip within a zip; unpack that one first"
            )
        files.append((name, content))
    return files


def _too_large(name: str, fact: str) -> str:
    limit = f"{MAX_MEMBER_BYTES / 1e6:.0f} MB"
    return f"holds {name!r}, which {fact}, more than the limit of {limit}; leave it out"

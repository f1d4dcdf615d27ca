"""Archives of any size where they lie, one member in memory at a time.

A zip within the limits of ``structure.archive`` is unpacked as the app does. A larger
one, or a tar, is read as well, and each member has to be within the limits of one.
"""

import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

from crysformer.errors import StructureError
from crysformer.structure.archive import (
    MAX_BYTES,
    MAX_MEMBER_BYTES,
    Member,
    is_archive,
    listed_members,
    member_fault,
    plain_name,
    read_archive,
)

_USTAR_AT = 257
_TAR_GZIP = (".tar.gz", ".tgz")


def is_tar(path: Path, start: bytes) -> bool:
    """Say whether a file is a tar, by its mark, or a packed one, by its name.

    Args:
        path: Where it lies.
        start: Its first bytes.
    """
    if start.startswith(b"\x1f\x8b"):
        return path.name.lower().endswith(_TAR_GZIP)
    with path.open("rb") as file:
        file.seek(_USTAR_AT)
        return file.read(5) == b"ustar"


def zip_members(name: str, path: Path) -> Iterator[Member]:
    """Yield the files of a zip as ``name/member``; a bad zip is one fault."""
    try:
        if path.stat().st_size <= MAX_BYTES:
            members: Iterator[Member] = iter(read_archive(path.read_bytes(), name))
        else:
            members = _large_zip(name, path)
        for member, content in members:
            yield f"{name}/{member}", content
    except StructureError as fault:
        yield name, fault


def _large_zip(name: str, path: Path) -> Iterator[Member]:
    try:
        with zipfile.ZipFile(path) as archive:
            for member, entry in listed_members(archive.infolist()):
                fault = member_fault(entry)
                if not fault:
                    try:
                        with archive.open(entry) as file:
                            content = file.read(MAX_MEMBER_BYTES + 1)
                        yield member, _judged(f"{name}/{member}", content)
                        continue
                    except (OSError, EOFError, ValueError, zipfile.BadZipFile) as error:
                        fault = f"is damaged in the zip ({type(error).__name__})"
                yield member, StructureError(f"{name}/{member} {fault}")
    except (zipfile.BadZipFile, NotImplementedError, UnicodeDecodeError) as error:
        fault = f"{name} is a damaged zip ({type(error).__name__}); pack it again"
        raise StructureError(fault) from error


def tar_members(name: str, path: Path) -> Iterator[Member]:
    """Yield the files of a tar as ``name/member``, read once from front to back."""
    try:
        with tarfile.open(path, "r|*") as archive:
            for entry in archive:
                if not entry.isfile() or is_hidden(Path(entry.name)):
                    continue
                member = f"{name}/{plain_name(entry.name)}"
                file = archive.extractfile(entry)
                content = file.read(MAX_MEMBER_BYTES + 1) if file else b""
                yield member, _judged(member, content)
    except (tarfile.TarError, EOFError) as error:
        fault = f"{name} is a damaged tar ({type(error).__name__}); pack it again"
        yield name, StructureError(fault)


def is_hidden(path: Path) -> bool:
    """Say whether a file is no business of a person's: hidden, or a Mac's companion."""
    return any(
        (part.startswith(".") and part != "..") or part == "__MACOSX"
        for part in path.parts
    )


def _judged(member: str, content: bytes) -> bytes | StructureError:
    if len(content) > MAX_MEMBER_BYTES:
        limit = f"{MAX_MEMBER_BYTES / 1e6:.0f} MB"
        return StructureError(f"{member} is larger than {limit}; leave it out")
    if is_archive(content):
        return StructureError(f"{member} is a zip within an archive; unpack it first")
    return content

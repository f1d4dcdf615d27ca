"""The text of a file: its size bounded, unpacked, decoded, with one kind of line end."""

import codecs
import gzip
import zlib
from io import BytesIO

from crysformer.errors import StructureError
from crysformer.structure.formats.raw import MAX_SITES

MAX_BYTES = 5_000_000

_GZIP_MAGIC = b"\x1f\x8b"
_MAX_GZIP_RATIO = 200


def decoded(content: bytes | str) -> str:
    """Return the content unpacked and decoded, with one kind of line end.

    Raises:
        StructureError: It is too large, empty, no text, or packed too tightly.
    """
    if isinstance(content, bytes) and content.startswith(_GZIP_MAGIC):
        content = _unpacked(content)
    if len(content) > MAX_BYTES:
        raise StructureError(
            f"is larger than {MAX_BYTES / 1e6:.0f} MB; give one crystal of at most "
            f"{MAX_SITES} atoms"
        )
    if isinstance(content, bytes):
        content = _text(content)
    content = content.removeprefix("\ufeff")
    if "\0" in content:
        raise StructureError("is not a text file; give the crystal as a CIF or POSCAR")
    if not content.strip():
        raise StructureError("is empty; give a CIF, a POSCAR, or an extended XYZ")
    return content.replace("\r\n", "\n").replace("\r", "\n")


def _text(content: bytes) -> str:
    """Decode what editors write: UTF-8, UTF-16 with its mark or plainly so, Latin-1."""
    wide = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    if wide or b"\0" in content[:4]:
        encodings = [
            "utf-16" if wide else "utf-16-le" if content[1:2] == b"\0" else "utf-16-be"
        ]
    else:
        encodings = ["utf-8", "latin-1"]  # Authors' names in old CIFs.
    for encoding in encodings:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise StructureError("is not a text file; give the crystal as a CIF or POSCAR")


def _unpacked(content: bytes) -> bytes:
    """Return what a gzip file holds, without unpacking more than would be read."""
    if len(content) > MAX_BYTES:
        return content
    limit = min(MAX_BYTES, _MAX_GZIP_RATIO * len(content))
    try:
        with gzip.GzipFile(fileobj=BytesIO(content)) as file:
            unpacked = file.read(limit + 1)
    except (EOFError, OSError, zlib.error) as error:
        raise StructureError(
            "is a gzip file that ended too early or is damaged; pack it again"
        ) from error
    if len(unpacked) > limit:
        raise StructureError(
            f"is {len(content) / 1e6:.3g} MB that unpack to over {limit / 1e6:.3g} MB; "
            f"give at most {MAX_BYTES / 1e6:.0f} MB, packed less than "
            f"{_MAX_GZIP_RATIO} times"
        )
    if unpacked.startswith(_GZIP_MAGIC):
        raise StructureError("is a gzip file within a gzip file; unpack it once")
    return unpacked

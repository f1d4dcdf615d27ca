"""Zips to be read, whole and with fields changed."""

import io
import struct
import zipfile

ENTRY, LOCAL = b"PK\x01\x02", b"PK\x03\x04"


def packed(*files, method=zipfile.ZIP_DEFLATED):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive:
        for name, content in files:
            archive.writestr(name, content)
    return stream.getvalue()


def patched(content, offset, form, value):
    """Change a field of the first directory entry, counted from its signature."""
    changed = bytearray(content)
    struct.pack_into(form, changed, content.index(ENTRY) + offset, value)
    return bytes(changed)


def with_size(content, size):
    """Let the directory and the local header claim another unpacked size."""
    changed = bytearray(patched(content, 24, "<I", size))
    struct.pack_into("<I", changed, content.index(LOCAL) + 22, size)
    return bytes(changed)

"""Zips to be read, whole and with fields changed."""

import io
import re
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
    """Let the directory and the local headers claim another unpacked size of all."""
    changed = bytearray(content)
    for signature, offset in ((ENTRY, 24), (LOCAL, 22)):
        for entry in re.finditer(re.escape(signature), content):
            struct.pack_into("<I", changed, entry.start() + offset, size)
    return bytes(changed)

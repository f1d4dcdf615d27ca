"""Messages on a pipe: a length, and so many bytes."""

import struct
from typing import BinaryIO

_LENGTH = struct.Struct("!Q")


def write_frame(pipe: BinaryIO, content: bytes) -> None:
    """Send one message.

    Raises:
        OSError: Nobody reads any more.
    """
    pipe.write(_LENGTH.pack(len(content)))
    pipe.write(content)
    pipe.flush()


def read_frame(pipe: BinaryIO) -> bytes:
    """Wait for one message.

    Raises:
        EOFError: Nobody writes any more, or the message is cut.
    """
    (length,) = _LENGTH.unpack(_exactly(pipe, _LENGTH.size))
    return _exactly(pipe, length)


def _exactly(pipe: BinaryIO, size: int) -> bytes:
    content = pipe.read(size)
    if len(content) < size:
        raise EOFError(f"{len(content)} of {size} bytes")
    return content

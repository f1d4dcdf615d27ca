"""Checksums of a model's folder: nothing is used that is not as it was written.

``SHA256SUMS`` has the form of the program ``sha256sum``, which checks it with ``-c``.
They tell damage, not malice: whoever can write the folder can write them, too.
"""

import hashlib
import re
from collections.abc import Mapping
from pathlib import Path

from crysformer.errors import WeightsError
from crysformer.model import files

_LINE = re.compile(r"([0-9a-f]{64})  ([\w.-]+)", re.ASCII)


def write_checksums(folder: Path) -> None:
    """List every file of a folder but hidden ones, as they are now."""
    names = [path.name for path in folder.iterdir() if path.is_file()]
    _write(
        folder,
        {
            name: _sha256((folder / name).read_bytes())
            for name in names
            if name != files.CHECKSUMS and not name.startswith(".")
        },
    )


def update_checksum(folder: Path, name: str) -> None:
    """List a file as it is now; what is said of the others stays.

    Raises:
        WeightsError: The list is damaged.
    """
    found = read_checksums(folder) if (folder / files.CHECKSUMS).exists() else {}
    _write(folder, found | {name: _sha256((folder / name).read_bytes())})


def _write(folder: Path, found: Mapping[str, str]) -> None:
    lines = [f"{digest}  {name}\n" for name, digest in sorted(found.items())]
    (folder / files.CHECKSUMS).write_text("".join(lines), encoding="ascii")


def read_checksums(folder: Path) -> dict[str, str]:
    """The sha256 of every file of a model, by name.

    Raises:
        WeightsError: The list is missing or damaged, or a file of it is not there.
    """
    try:
        text = (folder / files.CHECKSUMS).read_bytes().decode("ascii")
        lines = [_LINE.fullmatch(line) for line in text.split("\n")[:-1]]
        found = {line[2]: line[1] for line in lines if line}
        if len(found) != len(lines) or not text.endswith("\n"):
            raise ValueError("a line is not a sha256, two spaces and a name")
    except FileNotFoundError:
        raise WeightsError(
            f"{folder} has no {files.CHECKSUMS}, so that damage to the model "
            f"{folder.name!r} could not be seen. If you trust its files, write it there "
            f"with: sha256sum *.* > {files.CHECKSUMS}"
        ) from None
    except (OSError, ValueError) as error:
        raise WeightsError(
            f"Model {folder.name!r} cannot be read: {files.CHECKSUMS}: {error}."
        ) from None
    gone = [name for name in found if not (folder / name).is_file()]
    if gone:
        raise WeightsError(
            f"Model {folder.name!r} cannot be read: {', '.join(gone)} of "
            f"{files.CHECKSUMS} is not there."
        )
    return found


def read_verified(folder: Path, name: str) -> bytes:
    """A file of a model, if it is what ``SHA256SUMS`` says.

    Raises:
        WeightsError: It is another one, or is not listed there.
        OSError: It cannot be read.
    """
    expected = read_checksums(folder).get(name)
    if expected is None:
        raise WeightsError(
            f"Model {folder.name!r} cannot be read: {files.CHECKSUMS} does not list "
            f"{name}."
        )
    content = (folder / name).read_bytes()
    found = _sha256(content)
    if found != expected:
        raise WeightsError(
            f"{folder / name} is damaged: its sha256 is {found[:12]}…, not "
            f"{expected[:12]}… as {files.CHECKSUMS} says."
        )
    return content


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()

"""Where crystals to screen come from, opened one crystal at a time.

A million of them in a few files need no more memory than one: folders are listed, and
archives, JSON lines and parquet files are read as their crystals are asked for. Each
crystal is then a file of its own to whoever reads it.
"""

import gzip
import json
import zlib
from collections.abc import Iterable, Iterator
from itertools import chain, starmap
from pathlib import Path
from typing import BinaryIO

from crysformer.errors import StructureError
from crysformer.screening.archives import is_hidden, is_tar, tar_members, zip_members
from crysformer.structure.archive import is_archive, read_archive
from crysformer.structure.decode import MAX_BYTES
from crysformer.structure.formats.documents.read import name_of
from crysformer.structure.parts import MAX_NAME, parts_of
from crysformer.structure.read import file_content

Content = bytes | Path | StructureError
"""A file as it is, where it lies, or why there is none."""

Input = tuple[str, Content]
"""What to call a file, and its content."""

PARQUET = b"PAR1"
"""Parquet files begin with it."""
TEXTS = ("structure", "cif", "poscar", "atoms")
"""Columns of a parquet file whose text is a crystal in any format that is read."""
_STRINGS = ("string", "large_string", "string_view")
_GZIP = b"\x1f\x8b"
_BATCH_ROWS = 256


def find_inputs(paths: Iterable[Path]) -> list[Input]:
    """List the files at some paths; none is opened.

    Args:
        paths: Files, and folders (searched to any depth, hidden files left out).

    Returns:
        Names, and where they lie. What cannot be listed is there with its fault.
    """
    inputs: list[Input] = []
    for path in paths:
        if not path.is_dir():
            inputs.append((_text(path), path))
            continue
        files = sorted(file for file in path.rglob("[!.]*") if file.is_file())
        files = [file for file in files if not is_hidden(file.relative_to(path))]
        if not files:
            fault = f"{_text(path)} holds no files; give a folder with crystals"
            inputs.append((_text(path), StructureError(fault)))
        inputs += [(_text(file), file) for file in files]
    return inputs


def opened(inputs: Iterable[Input]) -> Iterator[Input]:
    """Open what holds many crystals; see ``crystals_in``."""
    return chain.from_iterable(starmap(crystals_in, inputs))


def crystals_in(name: str, content: Content) -> Iterator[Input]:
    """Yield the crystals of an archive, of JSON lines or of a parquet file.

    Args:
        name: What to call the file.
        content: The file as it is, where it lies, or why there is none.

    Yields:
        Members of an archive as ``name/member``; lines and rows as ``name #number id``,
        each a file of its own. A bad one is its fault, and what ends too early yields
        what it had and then the fault. Any other file as it was given, unopened.
    """
    if not isinstance(content, Path) or not content.is_file():
        yield name, content
        return
    try:
        with content.open("rb") as file:
            start = file.read(4)
        if is_archive(start):
            yield from zip_members(name, content)
        elif is_tar(content, start):
            yield from tar_members(name, content)
        elif start == PARQUET:
            yield from _parquet_rows(name, content)
        elif _holds_json_lines(content):
            yield from _json_lines(name, content)
        else:
            yield name, content
    except (OSError, EOFError, zlib.error) as error:
        fault = (
            f"{name} cannot be read to its end ({type(error).__name__}); copy it again"
        )
        yield name, StructureError(fault)


def single_crystals(
    name: str, content: Content
) -> list[tuple[str, bytes | StructureError]]:
    """Open a file where it lies, and part one that holds several crystals.

    Args:
        name: What to call the file.
        content: The file as it is, where it lies, or why there is none.

    Returns:
        Name and content of each crystal in it, see ``structure.parts``.
    """
    try:
        data = file_content(content) if isinstance(content, Path) else content
    except StructureError as fault:
        data = fault
    return [(name, data)] if isinstance(data, StructureError) else parts_of(data, name)


def unpack(name: str, content: bytes) -> list[Input]:
    """Return the files of a zip, or the file itself if it is none.

    Args:
        name: What to call the file.
        content: The file as it is.

    Returns:
        Names and contents; members of a zip are called ``zip/member``. A bad zip is a
        single entry with its error, and so is each bad member.
    """
    if not is_archive(content):
        return [(name, content)]
    try:
        members = read_archive(content, name)
    except StructureError as error:
        return [(name, error)]
    return [(f"{name}/{member}", data) for member, data in members]


def _holds_json_lines(path: Path) -> bool:
    """Whether the first line is a whole document and another follows."""
    with _unpacking(path) as lines:
        first = lines.readline(MAX_BYTES)
        if not first.lstrip().startswith(b"{"):
            return False
        try:
            json.loads(first)
        except (ValueError, RecursionError):
            return False
        second = lines.readline(MAX_BYTES)
        while second.isspace():
            second = lines.readline(MAX_BYTES)
        return second.lstrip().startswith(b"{")


def _json_lines(name: str, path: Path) -> Iterator[Input]:
    with _unpacking(path) as lines:
        number = 0
        while line := lines.readline(MAX_BYTES + 1):
            if not line.strip():
                continue
            number += 1
            if len(line) <= MAX_BYTES:
                yield _label(name, number, _document(line)), line
                continue
            fault = f"{name} #{number} is larger than {MAX_BYTES / 1e6:.0f} MB"
            yield f"{name} #{number}", StructureError(f"{fault}; leave it out")
            while line and not line.endswith(b"\n"):
                line = lines.readline(MAX_BYTES)


def _document(line: bytes) -> object:
    """What a line says, or nothing: whoever reads it in its turn says what is wrong."""
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return None


def _parquet_rows(name: str, path: Path) -> Iterator[Input]:
    """Rows as files: the text of a column in ``TEXTS``, else the row as JSON."""
    import pyarrow as pa
    from pyarrow.parquet import ParquetFile

    number = 0
    try:
        with ParquetFile(path) as file:
            texts = [
                field.name
                for field in file.schema_arrow
                if field.name.lower() in TEXTS and str(field.type) in _STRINGS
            ]
            for batch in file.iter_batches(batch_size=_BATCH_ROWS):
                for row in batch.to_pylist():
                    number += 1
                    text = row[texts[0]] if texts else json.dumps(row, default=str)
                    yield _label(name, number, row), (text or "").encode()
    except pa.ArrowException as error:
        fault = (
            f"{name} is a damaged parquet file ({type(error).__name__}); write it again"
        )
        yield name, StructureError(fault)


def _label(name: str, number: int, record: object) -> str:
    """Name of one crystal of many, as ``structure.parts`` gives it."""
    own = name_of(record) if isinstance(record, dict) else ""
    return " ".join(f"{name} #{number} {own[:MAX_NAME]}".split())


def _unpacking(path: Path) -> BinaryIO:
    with path.open("rb") as file:
        packed = file.read(2) == _GZIP
    return gzip.open(path, "rb") if packed else path.open("rb")


def _text(path: Path) -> str:
    """A path as text that can be written to any file."""
    return str(path).encode("utf-8", "backslashreplace").decode()

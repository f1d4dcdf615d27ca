"""The file of a table while it grows: nobody else's, never half, fit to go on with.

Rows go to ``TABLE.part`` beside the table, which moves into place when all are there. A
run that is stopped moves what it has, too, unless an older table is there. A lock that
the system frees with its process keeps a second run out.
"""

import csv
import io
import json
import os
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from errno import ENOENT
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from crysformer.errors import SettingsError

_FIRST = ["file", "formula", "space_group", "sites"]
_MOST_HEADER = 100_000
_ELSE = "choose another file"


def files_of(out: Path) -> tuple[Path, Path, Path]:
    """The table, the meaning of its columns, and where it grows; links are followed."""
    place = Path(os.path.realpath(out))
    units, part = f"{place.stem}.units.json", f"{place.name}.part"
    return place, place.parent / units, place.parent / part


class TableFile:
    """A table that this process alone writes; see ``open_table``.

    Attributes:
        done: How many rows of an earlier run each file has, by its cell.
        failed: How many of these rows are errors.
    """

    def __init__(self, out: Path, columns: Sequence[str], rows: list[list[str]]) -> None:
        errors = columns.index("error")
        self.done = Counter(row[0] for row in rows)
        self.failed = sum(bool(row[errors]) for row in rows)
        self._out = out
        self._place, _, self._part = files_of(out)
        self._write_again = f"--resume goes on with {self._part}"
        _write(self._part, _text([columns, *rows]))
        self._stream = self._part.open("a", encoding="utf-8", newline="")

    def write(self, rows: str) -> None:
        """Hand rows to the system, which keeps them whatever becomes of this process.

        Raises:
            SettingsError: The disk refuses.
        """
        with _sentences(self._out, self._write_again):
            self._stream.write(rows)
            self._stream.flush()

    def move(self, *, complete: bool) -> None:
        """Move a table that is complete, or where there is none yet, into place.

        Raises:
            SettingsError: The disk refuses.
        """
        with _sentences(self._out, self._write_again):
            os.fsync(self._stream.fileno())
            self._stream.close()
            if complete or not self._place.exists():
                self._part.replace(self._place)

    def close(self) -> None:
        """Leave it where it is."""
        # What the disk refused once it refuses again, and that was said.
        with suppress(OSError):
            self._stream.close()


@contextmanager
def open_table(
    out: Path, header: str, units: Mapping[str, Any], *, resume: bool
) -> Iterator[TableFile]:
    """Write the meaning of the columns, then open the table for its rows.

    Args:
        out: The table.
        header: Its first line.
        units: Meaning of its columns and the name of the model, see ``output.units``.
        resume: Keep the rows of a run that was stopped.

    Raises:
        SettingsError: What is there is not of this command or of another model, was not
            finished, or is at work; or the disk refuses.
    """
    with _alone(out):
        with _sentences(out, _ELSE):
            columns = next(csv.reader([header]))
            rows = _rows_to_keep(out, columns, units["model"], resume=resume)
            _write(files_of(out)[1], json.dumps(units, indent=1, ensure_ascii=False))
            table = TableFile(out, columns, rows)
        with closing(table):
            try:
                yield table
            except KeyboardInterrupt:
                table.move(complete=False)
                raise
            table.move(complete=True)


@contextmanager
def _alone(out: Path) -> Iterator[None]:
    """Keep other runs away from a table."""
    place = files_of(out)[0]
    with _sentences(out, _ELSE):
        if not place.parent.is_dir():
            raise FileNotFoundError(ENOENT, os.strerror(ENOENT))
        lock_file = place.with_name(f".{place.name}.lock")
        lock = FileLock(lock_file)
        try:
            lock.acquire(blocking=False)
        except Timeout:
            raise SettingsError(
                f"Another run is writing {out}; wait for its end or {_ELSE}."
            ) from None
    try:
        yield
    finally:
        lock_file.unlink(missing_ok=True)
        lock.release()


def _rows_to_keep(
    out: Path, columns: Sequence[str], model: str, *, resume: bool
) -> list[list[str]]:
    """Rows of an earlier run; all that stands in the way of the files is refused."""
    place, meaning, part = files_of(out)
    for file in (place, part):
        if file.exists() and not _is_table(file):
            raise SettingsError(
                f"{file} is there already and is not a table of this command; {_ELSE}."
            )
    if meaning.exists() and _model(meaning) != model:
        raise SettingsError(
            f"{meaning} is not of a table by the model {model}; {_ELSE} for this one."
        )
    begun = _read(part, columns)
    if begun and not resume:
        raise SettingsError(
            f"{part} has {len(begun)} rows of a run that was stopped; add --resume to "
            "finish it, or delete that file to start again."
        )
    return begun or (_read(place, columns) if resume else [])


def _is_table(file: Path) -> bool:
    """Whether this command wrote a file, by its first line."""
    if not file.is_file():  # Opening a pipe would wait.
        return False
    with file.open("rb") as stream:
        first = stream.readline(_MOST_HEADER).decode("utf-8", "replace")
    return first.split(",")[: len(_FIRST)] == _FIRST


def _model(file: Path) -> str | None:
    """The model that the meaning of columns names; None if a file is something else."""
    try:
        found = json.loads(file.read_bytes())
        return found["model"] if "columns" in found else None
    except (ValueError, LookupError, TypeError):
        return None


def _read(file: Path, columns: Sequence[str]) -> list[list[str]]:
    """The whole rows of a table, if there is one; what a killed process tore is left.

    Raises:
        SettingsError: It has other columns.
    """
    if not file.exists():
        return []
    text = file.read_bytes().decode("utf-8", "replace")
    found = list(csv.reader(io.StringIO(text, newline="")))
    if found[0] != list(columns):
        raise SettingsError(f"{file} has the columns of another model; {_ELSE}.")
    if not text.endswith("\n"):
        del found[-1]
    return [row for row in found[1:] if len(row) == len(columns)]


def _text(rows: Sequence[Sequence[str]]) -> str:
    stream = io.StringIO(newline="")
    csv.writer(stream, lineterminator=os.linesep).writerows(rows)
    return stream.getvalue()


def _write(file: Path, text: str) -> None:
    """Replace a file as a whole."""
    fresh = file.with_name(f".{file.name}.new")
    try:
        with fresh.open("w", encoding="utf-8", newline="") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        fresh.replace(file)
    except BaseException:
        fresh.unlink(missing_ok=True)
        raise


@contextmanager
def _sentences(out: Path, advice: str) -> Iterator[None]:
    """Say what the disk refuses."""
    try:
        yield
    except OSError as error:
        raise SettingsError(
            f"{out} cannot be written ({error.strerror}); {advice}."
        ) from error

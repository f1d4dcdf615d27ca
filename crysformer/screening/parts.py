"""A table in parts: a folder of parquet files, each written once and whole.

Beside the parts lie ``_run.json``, which says what they are parts of, and
``_units.json``, the meaning of their columns; readers of parquet folders skip both.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from filelock import FileLock, Timeout

from crysformer.errors import SettingsError
from crysformer.predict.predictor import Predictor
from crysformer.screening.output import shown_keys, table
from crysformer.screening.screen import ScreenRow, screen
from crysformer.screening.sources import Input
from crysformer.screening.workers import KILLED

_RUN, _UNITS, _LOCK = "_run.json", "_units.json", "_lock"


@dataclass(frozen=True)
class PartFolder:
    """The folder of a table in parts.

    Attributes:
        path: Where it is.
    """

    path: Path

    @contextmanager
    def opened(
        self, run: Mapping[str, Any], units: Mapping[str, Any], *, resume: bool
    ) -> Iterator[None]:
        """Make the folder, say in it what it will hold, and keep other runs out.

        Args:
            run: What decides which rows are in which part.
            units: Meaning of the columns, see ``output.units``.
            resume: Go on with the parts that are there.

        Raises:
            SettingsError: It holds something else, or another run is writing there.
        """
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            lock = FileLock(self.path / _LOCK)
            lock.acquire(blocking=False)
        except Timeout:
            raise SettingsError(f"Another run is writing {self.path}.") from None
        except OSError as error:
            reason = f"{self.path} cannot be written ({error.strerror})"
            raise SettingsError(f"{reason}; choose another folder.") from error
        with lock:
            self._check(run, resume)
            for name, content in ((_UNITS, units), (_RUN, run)):
                text = json.dumps(content, indent=1, ensure_ascii=False)
                (self.path / name).write_text(text, encoding="utf-8")
            yield

    def _check(self, run: Mapping[str, Any], resume: bool) -> None:
        begun = self.path / _RUN
        if not begun.exists():
            if any(item.name != _LOCK for item in self.path.iterdir()):
                raise SettingsError(
                    f"{self.path} holds other files; choose a new or an empty folder."
                )
        elif not resume:
            raise SettingsError(
                f"{self.path} holds parts of a table; add --resume to finish it, or "
                "choose another folder."
            )
        elif json.loads(begun.read_text("utf-8")) != run:
            raise SettingsError(
                f"{self.path} was begun with another model, other files or other "
                "options; choose another folder."
            )

    def done(self) -> dict[str, tuple[int, int]]:
        """Parts that are finished: how many crystals each has, and how many failed."""
        return {path.stem: self.counts(path.stem) for path in self.path.glob("*.parquet")}

    def counts(self, part: str) -> tuple[int, int]:
        """How many crystals a finished part has, and how many of them failed."""
        errors = pq.read_table(self._file(part), columns=["error"])["error"]
        return len(errors), sum(bool(text) for text in errors.to_pylist())

    def has(self, part: str) -> bool:
        """Say whether a part is finished."""
        return self._file(part).exists()

    def write(self, part: str, rows: Sequence[ScreenRow], keys: Sequence[str]) -> None:
        """Write a part beside its place and move it there."""
        frame = table(rows, keys, intervals=True)
        schema = pa.schema(
            [(name, _kind(str(kind))) for name, kind in frame.dtypes.items()]
        )
        unfinished = self.path / f".{part}.unfinished"
        found = pa.Table.from_pandas(frame, schema, preserve_index=False)
        pq.write_table(found, unfinished)
        unfinished.replace(self._file(part))

    def fill(
        self, part: str, inputs: Sequence[Input], predictor: Predictor, *, order: bool
    ) -> tuple[int, int]:
        """Predict a part unless it is there.

        A part whose process was ended before is predicted one crystal at a time: one
        that was being predicted at two such ends has a row that says so.

        Returns:
            How many crystals it has, and how many failed.
        """
        if self.has(part):
            return self.counts(part)
        note = self.path / f".{part}.begun"
        if not note.exists():
            note.touch()
            rows = list(screen(inputs, predictor, order=order))
        else:
            rows = _one_by_one(inputs, predictor, order, note)
        self.write(part, rows, shown_keys(predictor))
        note.unlink()
        return len(rows), sum(bool(row.error) for row in rows)

    def _file(self, part: str) -> Path:
        return self.path / f"{part}.parquet"


def _one_by_one(
    inputs: Sequence[Input], predictor: Predictor, order: bool, note: Path
) -> list[ScreenRow]:
    """Predict crystals one by one; the note has a line for each begun, one when done."""
    lines = Counter(note.read_text().split())
    rows = []
    with note.open("a") as stream:
        for number, (name, content) in enumerate(inputs):
            if lines[f"begun-{number}"] - lines[f"done-{number}"] >= 2:
                rows.append(ScreenRow(name, error=KILLED))
                continue
            print(f"begun-{number}", file=stream, flush=True)
            rows += screen([(name, content)], predictor, order=order)
            print(f"done-{number}", file=stream, flush=True)
    return rows


def digest(inputs: Sequence[Input]) -> str:
    """What tells these files from others, or from these at another time."""
    found = hashlib.sha256()
    for name, content in inputs:
        state = content.stat() if isinstance(content, Path) and content.exists() else None
        facts = (name, state and (state.st_size, state.st_mtime_ns))
        found.update(repr(facts).encode())
    return found.hexdigest()


def _kind(dtype: str) -> pa.DataType:
    """The same for every part, whatever is empty in it."""
    return {"Int64": pa.int64(), "float64": pa.float64()}.get(dtype, pa.string())

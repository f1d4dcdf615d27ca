"""Everything at some paths into one table: what the command ``screen`` does."""

import json
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tqdm import tqdm

from crysformer.errors import SettingsError
from crysformer.predict.predictor import Predictor
from crysformer.screening.output import (
    answer,
    cell_text,
    shown_keys,
    table,
    to_csv,
    units,
)
from crysformer.screening.screen import ScreenRow
from crysformer.screening.sources import Content, find_inputs, opened, single_crystals
from crysformer.screening.table_file import files_of, open_table
from crysformer.screening.workers import screen_on_cores
from crysformer.structure.ordering import APPROXIMATED


def screen_paths(
    paths: Sequence[Path],
    predictor: Predictor,
    out: Path | None,
    *,
    as_json: bool,
    order: bool = False,
    resume: bool = False,
    processes: int = 0,
) -> int:
    """Predict everything at some paths; progress goes to standard error.

    Args:
        paths: Files, folders and archives, see ``sources``.
        predictor: The model.
        out: CSV file, see ``table_file``; beside it goes ``.units.json``.
        as_json: Print a JSON list at the end. Without it and without a file, the table is
            printed.
        order: Predict ordered approximations of disordered crystals.
        resume: Keep what a run that was stopped left of the table, and do the rest.
        processes: How many predict, see ``workers``; 0 for one per core.

    Returns:
        Exit status: 1 if a file was bad.

    Raises:
        SettingsError: The table cannot be written, or would replace what is no table.
        KeyboardInterrupt: Somebody stopped it; what was done is in the table.
    """
    if resume and (as_json or out is None):
        raise SettingsError("--resume goes on with a table: give --out and no --json.")
    inputs = _inputs(paths, out)
    keys = shown_keys(predictor)
    rows: list[ScreenRow] = []  # Kept for JSON alone: a table may have millions.
    found = failed = 0
    known = _Table(lambda _: None)
    stop = None
    try:
        with _table(predictor, out, quiet=as_json, resume=resume) as known:
            left = _left(opened(inputs), known.done.copy())
            found, failed = known.done.total(), known.failed
            with tqdm(
                total=max(len(inputs), found),
                initial=found,
                unit="crystal",
                desc="screen",
            ) as bar:
                batches = screen_on_cores(
                    left, predictor, order=order, processes=processes
                )
                for batch in batches:
                    known.write(to_csv(table(batch, keys, intervals=True), header=False))
                    found += len(batch)
                    failed += sum(bool(row.error) for row in batch)
                    rows += batch if as_json else []
                    # A file may hold many crystals.
                    bar.total = max(len(inputs), found)
                    bar.update(len(batch))
    except KeyboardInterrupt as signal:
        stop = signal
    if as_json:
        print(json.dumps([answer(row, predictor) for row in rows], indent=1))
    print(
        f"{found - failed} of {max(len(inputs), found)} crystals predicted, {failed} "
        f"failed.{' --resume does the rest.' if stop and out else ''}",
        file=sys.stderr,
    )
    if stop:
        raise stop
    return int(failed > 0)


def _inputs(paths: Sequence[Path], out: Path | None) -> list[tuple[str, Content]]:
    """What to predict, without what this run and earlier ones write.

    Raises:
        SettingsError: Nothing is left, or the table would replace what is to be read.
    """
    own = files_of(out) if out else ()
    for path in paths:
        if path.resolve() in own:
            raise SettingsError(f"{path} cannot be read and written in one run.")
    inputs = [
        (name, content)
        for name, content in find_inputs(paths)
        if not (isinstance(content, Path) and content.resolve() in own)
    ]
    if not inputs:
        raise SettingsError(
            f"There is nothing to predict at {', '.join(map(str, paths))}; give files "
            "with crystals."
        )
    return inputs


@dataclass(frozen=True)
class _Table:
    """Where rows go, and how many crystals and errors are there already."""

    write: Callable[[str], object]
    done: Counter[str] = field(default_factory=Counter)
    failed: int = 0


@contextmanager
def _table(
    predictor: Predictor, out: Path | None, *, quiet: bool, resume: bool
) -> Iterator[_Table]:
    """Open the table in a file, on standard output, or nowhere."""
    header = to_csv(table([], shown_keys(predictor), intervals=True))
    if out is not None:
        with open_table(out, header, units(predictor), resume=resume) as file:
            yield _Table(file.write, file.done, file.failed)
        return
    write = (lambda _: None) if quiet else sys.stdout.write
    write(header)
    yield _Table(write)


def _left(
    inputs: Iterable[tuple[str, Content]], done: Counter[str]
) -> Iterator[tuple[str, Content]]:
    """The crystals that have no row yet; ``done`` is used up."""
    if not done:
        yield from inputs
        return
    for name, content in inputs:
        if _has_row(name, done):
            continue
        for part, data in single_crystals(name, content):
            if not _has_row(part, done):
                yield part, data


def _has_row(name: str, done: Counter[str]) -> bool:
    """Whether a crystal has a row, which stands for no other crystal then."""
    for cell in (cell_text(name), cell_text(f"{name} {APPROXIMATED}")):
        if done[cell]:
            done[cell] -= 1
            return True
    return False

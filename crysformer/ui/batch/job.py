"""A batch under way: a thread has it predicted while its visitor may read other pages."""

import logging
import re
import threading
import time
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING
from weakref import WeakSet

from crysformer import screening
from crysformer.errors import BusyError, StructureError
from crysformer.structure.archive import MAX_BYTES, MAX_MEMBERS, plain_name
from crysformer.ui.batch.part import Input, parts_of, predict_part
from crysformer.workers.pool import Pool

# Importing the model takes seconds, which an empty page need not wait for.
if TYPE_CHECKING:
    from crysformer.predict.predictor import Predictor
    from crysformer.screening.screen import ScreenRow

MAX_FILES = 500
# Batches of all visitors together: more at once would only slow each other and hold
# more memory, and each may hold the files of its visitor.
MAX_RUNNING = 2
MAX_OPEN = 10
_SECONDS_BETWEEN_TRIES = 0.2

_logger = logging.getLogger(__name__)

_turns = threading.BoundedSemaphore(MAX_RUNNING)
_open_jobs: "WeakSet[BatchJob]" = WeakSet()
_opening = threading.Lock()


class BatchJob:
    """Some files on their way through a model; they wait while others have the turn.

    Args:
        inputs: Name and content of each file.
        predictor: The model.
        pool: Whose processes compute.
        order: Predict ordered approximations of disordered crystals.

    Attributes:
        inputs: As given; row k belongs to input k.
        predictor: The model.
        selected: Row whose crystal is picked, or None.
        fault: What ended it, if nobody wanted it to end.

    Raises:
        BusyError: Too many batches of other visitors run or wait.
    """

    def __init__(
        self,
        inputs: Sequence[Input],
        predictor: "Predictor",
        pool: Pool,
        *,
        order: bool = False,
    ) -> None:
        self.inputs = tuple(inputs)
        self.predictor = predictor
        self.selected: int | None = None
        self.fault = ""
        self._pool, self._order = pool, order
        self._rows: list[ScreenRow] = []
        self._cancelled = threading.Event()
        self._started: float | None = None
        # A daemon: a server that is told to stop does not wait for a batch.
        self._thread = threading.Thread(target=self._run, name="batch", daemon=True)
        with _opening:
            busy = sum(job.running for job in _open_jobs)
            if busy >= MAX_OPEN:
                raise BusyError(
                    f"This server already has {busy} batches running or waiting; try "
                    "again in a few minutes, or use python -m crysformer screen."
                )
            self._thread.start()
            _open_jobs.add(self)

    def _run(self) -> None:
        while not _turns.acquire(timeout=_SECONDS_BETWEEN_TRIES):
            if self._cancelled.is_set():
                return
        try:
            self._started = time.monotonic()
            for part in parts_of(self.inputs):
                rows = predict_part(
                    part,
                    self.predictor,
                    self._pool,
                    order=self._order,
                    cancelled=self._cancelled.is_set,
                )
                if self._cancelled.is_set():
                    break
                self._rows += rows
        except Exception as error:
            _logger.exception("A batch of %d files was ended.", len(self.inputs))
            self.fault = type(error).__name__
        finally:
            _turns.release()

    @property
    def rows(self) -> "list[ScreenRow]":
        """The results so far."""
        return self._rows.copy()

    @property
    def running(self) -> bool:
        """Whether results are still to come."""
        return self._thread.is_alive()

    @property
    def waiting(self) -> bool:
        """Whether it waits for the batches of other visitors."""
        return self.running and self._started is None

    @property
    def cancelled(self) -> bool:
        """Whether it was told to stop."""
        return self._cancelled.is_set()

    def cancel(self) -> None:
        """Tell it to stop; the batch at work is not waited for and not kept."""
        self._cancelled.set()

    def wait(self, seconds: float) -> None:
        """Wait for the end, or for some seconds."""
        self._thread.join(seconds)

    def remaining_seconds(self) -> float | None:
        """Time left at the pace so far, in seconds; None before the first result."""
        done = len(self._rows)
        if not done or self._started is None:
            return None
        elapsed = time.monotonic() - self._started
        return elapsed / done * (len(self.inputs) - done)


def gather(files: Sequence[tuple[str, bytes]]) -> tuple[list[Input], list[str]]:
    """Unpack zips and hold everything to the limits.

    Args:
        files: Names and contents as uploaded.

    Returns:
        What is to be predicted, and sentences on what is left out.
    """
    sentences = []
    if len(files) > MAX_FILES:
        sentences.append(f"Only the first {MAX_FILES} of {len(files)} files are used.")
    inputs: list[Input] = []
    for name, content in files[:MAX_FILES]:
        for member, data in screening.sources.unpack(plain_name(name), content):
            inputs += screening.sources.single_crystals(member, data)
    kept = list(_within_limits(inputs))
    if len(kept) < len(inputs):
        sentences.append(
            f"Only the first {len(kept)} of {len(inputs)} crystals are used: at most "
            f"{MAX_MEMBERS}, and {MAX_BYTES / 1e6:.0f} MB in all."
        )
    return kept, sentences


def _within_limits(inputs: Sequence[Input]) -> Iterator[Input]:
    room = MAX_BYTES
    for name, content in inputs[:MAX_MEMBERS]:
        room -= 0 if isinstance(content, StructureError) else len(content)
        if room < 0:
            return
        yield name, content


def archive_names(names: Sequence[str]) -> list[str]:
    """Names for the members of a zip: relative, safe on every system, no two alike.

    Args:
        names: What the files are called; anything may stand there.
    """
    found: list[str] = []
    used: set[str] = set()
    for number, name in enumerate(names, start=1):
        safe = re.sub(r'[<>:"|?*]', "_", plain_name(name))
        # Some file systems do not tell upper from lower case.
        if safe.lower() in used:
            folder, slash, last = safe.rpartition("/")
            safe = f"{folder}{slash}{number}-{last}"
        used.add(safe.lower())
        found.append(safe)
    return found

"""Screening on all cores: batches go to processes of one thread each, rows come in order.

Reading, graph and network are single-threaded work of a few milliseconds a crystal, so
processes gain where threads do not. Where there are few crystals this process is done
before others have imported torch.
"""

import multiprocessing
import os
import pickle
import signal
import threading
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from itertools import chain, islice
from multiprocessing.context import BaseContext

import torch

from crysformer.cores import available_cores
from crysformer.heap import keep_heap
from crysformer.model.checkpoint import Checkpoint
from crysformer.predict.predictor import Predictor
from crysformer.screening.screen import BATCH_CRYSTALS, ScreenRow, screen_batches
from crysformer.screening.sources import Input

FEW = 300
"""Inputs for which no process is started."""
KILLED = (
    "ended the process that predicted it, for which it may have needed too much memory; "
    "leave it out"
)
_AHEAD = 3
"""Batches handed out for each process: one at work, and what keeps it busy."""

Rows = list[ScreenRow]
"""Those of one batch."""


def screen_on_cores(
    inputs: Iterable[Input],
    predictor: Predictor,
    *,
    order: bool = False,
    processes: int = 0,
    few: int = FEW,
) -> Iterator[Rows]:
    """Predict crystals on all cores; see ``screen_batches``.

    The program that calls it must be importable without running, as for any pool of
    processes. On a GPU, which they would have to share, one process does the work unless
    more are asked for.

    Args:
        inputs: Name and content of each file, read a few batches ahead of the rows.
        predictor: The model.
        order: Predict ordered approximations of disordered crystals.
        processes: How many; 0 for one per core.
        few: Inputs up to which this process does the work itself.

    Yields:
        The rows of each batch, in the order of the inputs. A crystal that ends its
        process, for want of memory or by a fault in a library, has a row that says so.
    """
    on_cpu = predictor.device.type == "cpu"
    count = processes or (available_cores() if on_cpu else 1)
    remaining = iter(inputs)
    first = list(islice(remaining, few + 1)) if count > 1 else []
    everything = chain(first, remaining)
    if len(first) <= few:
        yield from screen_batches(everything, predictor, order=order)
        return
    with _Crew(predictor, count, order) as crew:
        yield from crew.rows(everything)


class _Crew:
    """Processes that each hold the model; one that dies is replaced.

    Args:
        predictor: The model.
        count: Processes.
        order: Predict ordered approximations.
    """

    def __init__(self, predictor: Predictor, count: int, order: bool) -> None:
        model = pickle.dumps(predictor.checkpoint)
        self._start = partial(
            ProcessPoolExecutor,
            count,
            _context(),
            _prepare,
            (model, str(predictor.device), order),
        )
        self._pool = self._start()
        self._most = _AHEAD * count
        self._pending: deque[tuple[Sequence[Input], Future[Rows]]] = deque()

    def __enter__(self) -> "_Crew":
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown(cancel_futures=True)

    def rows(self, inputs: Iterable[Input]) -> Iterator[Rows]:
        """Yield the rows of some inputs, batch after batch."""
        source = iter(inputs)
        while True:
            while len(self._pending) < self._most:
                batch = list(islice(source, BATCH_CRYSTALS))
                if not batch:
                    break
                self._hand_out(batch)
            if not self._pending:
                return
            batch, future = self._pending.popleft()
            try:
                yield future.result()
            except BrokenProcessPool:
                yield from self._after_a_death(batch)

    def _hand_out(self, batch: Sequence[Input]) -> None:
        try:
            future = self._pool.submit(_screen_batch, batch)
        except BrokenProcessPool as error:  # Its turn comes with that of the others.
            future = Future()
            future.set_exception(error)
        self._pending.append((batch, future))

    def _after_a_death(self, batch: Sequence[Input]) -> Iterator[Rows]:
        """Predict a batch with nothing beside it, then hand out the rest again.

        Which batch a process died of is not known. Alone, each crystal answers for
        itself.
        """
        waiting = [batch for batch, _ in self._pending]
        self._pending.clear()
        self._replace()
        try:
            yield self._pool.submit(_screen_batch, batch).result()
        except BrokenProcessPool:
            self._replace()
            for each in batch:
                yield self._one(each)
        for each in waiting:
            self._hand_out(each)

    def _one(self, given: Input) -> Rows:
        try:
            return self._pool.submit(_screen_batch, [given]).result()
        except BrokenProcessPool:
            self._replace()
            return [ScreenRow(given[0], error=KILLED)]

    def _replace(self) -> None:
        self._pool.shutdown()
        self._pool = self._start()


def _context() -> BaseContext:
    """Fork from a server that has imported torch, where processes can be forked."""
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])
    return context


def _prepare(model: bytes, device: str, order: bool) -> None:
    """Load the model once, in a worker; Ctrl-C is the parent's to answer."""
    global _screen
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    torch.set_num_threads(1)
    keep_heap()
    checkpoint: Checkpoint = pickle.loads(model)
    _screen = partial(
        screen_batches, predictor=Predictor(checkpoint, device), order=order
    )


def _end_with_parent() -> None:
    """Do not outlive a parent that had no time to say goodbye."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _screen_batch(inputs: Sequence[Input]) -> Rows:
    return list(chain.from_iterable(_screen(inputs)))

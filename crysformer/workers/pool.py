"""A bounded queue before a few worker processes; equal questions are asked once."""

import atexit
import threading
from collections.abc import Callable, Hashable
from functools import partial
from typing import Any

from crysformer.errors import BusyError, LostError, TooLongError
from crysformer.workers.job import Answer, Job
from crysformer.workers.process import Worker

_THREADS_WITHOUT_PROCESSES = 2
_SECONDS_TO_END = 30.0


class Pool:
    """Works on jobs in the order they came, those in the background last.

    Args:
        workers: Processes at most; each starts when it is first needed and holds what its
            jobs import. With 0, two threads of this process work instead: nothing can be
            stopped at its deadline then.
        waiting: Jobs that may wait; more are refused.
        kept: Answers that are remembered by their keys; the oldest go.
        kept_bytes: Bytes of these answers together.
    """

    def __init__(
        self,
        workers: int,
        *,
        waiting: int = 60,
        kept: int = 200,
        kept_bytes: int = 200_000_000,
    ) -> None:
        self.workers = workers
        self._waiting, self._kept, self._kept_bytes = waiting, kept, kept_bytes
        self._queue: list[Job[Any]] = []
        self._background: list[Job[Any]] = []
        self._by_key: dict[Hashable, Job[Any]] = {}
        self._processes: set[Worker] = set()
        self._threads: list[threading.Thread] = []
        self._idle = 0
        self._closed = False
        self._changed = threading.Condition()
        atexit.register(self._end)

    def submit(
        self,
        function: Callable[..., Answer],
        *arguments: Any,
        deadline: float,
        key: Hashable = None,
        reports: bool = False,
        background: bool = False,
    ) -> Job[Answer]:
        """Ask for a computation.

        Args:
            function: Of a module, pure, known by its name; it and its arguments are sent
                by pickle.
            arguments: Its arguments.
            deadline: Seconds it may take once it has begun.
            key: What the question is; an equal one that waits, is worked on or is
                answered is not asked again. Without it every call is a new question.
            reports: Whether to pass a ``Report`` after the arguments.
            background: Whether nobody waits for it: all others go before it.

        Raises:
            BusyError: Too many jobs wait.
        """
        with self._changed:
            if self._closed:
                raise BusyError("The server is ending and takes no more computations.")
            job = self.find(key)
            if job is not None:
                self._by_key[key] = self._by_key.pop(key)  # The newest go last.
                if not background and job in self._background:
                    self._background.remove(job)
                    self._queue.append(job)
                return job
            if len(self._queue) + len(self._background) >= self._waiting:
                raise BusyError(
                    f"{self._waiting} computations of other visitors wait already; try "
                    "again in a minute."
                )
            job = Job(function, arguments, deadline, reports)
            (self._background if background else self._queue).append(job)
            if key is not None:
                self._by_key[key] = job
                self._forget()
            self._start_thread()
            self._changed.notify()
        return job

    def find(self, key: Hashable) -> Job[Any] | None:
        """Return the job with a key, if it waits, is worked on or has an answer."""
        job = self._by_key.get(key)
        # A process that was lost may do better the next time.
        return None if job is None or isinstance(job.fault, LostError) else job

    def place(self, job: Job[Any]) -> int:
        """How many jobs begin before a job does, itself included; 0 once it has begun."""
        with self._changed:
            waiting = [*self._queue, *self._background]
            return waiting.index(job) + 1 if job in waiting else 0

    def close(self) -> None:
        """End all processes and refuse further jobs."""
        with self._changed:
            self._closed = True
            processes = list(self._processes)
            for job in (*self._queue, *self._background):
                job.fail(BusyError("The server has ended."))
            self._queue.clear()
            self._background.clear()
            self._changed.notify_all()
        for process in processes:
            process.close()

    def _end(self) -> None:
        """Close with the program; a thread within torch would abort it."""
        self.close()
        if not self.workers:
            for thread in self._threads:
                thread.join(_SECONDS_TO_END)

    def _start_thread(self) -> None:
        waiting = len(self._queue) + len(self._background)
        most = self.workers or _THREADS_WITHOUT_PROCESSES
        if waiting > self._idle and len(self._threads) < most:
            thread = threading.Thread(target=self._work, name="worker", daemon=True)
            self._threads.append(thread)
            thread.start()

    def _forget(self) -> None:
        """Let the oldest answers go where there are too many, or too large ones."""
        size = sum(job.size for job in self._by_key.values())
        for key, job in list(self._by_key.items()):
            if len(self._by_key) <= self._kept and size <= self._kept_bytes:
                return
            if job.done:
                del self._by_key[key]
                size -= job.size

    def _take(self) -> Job[Any] | None:
        """Wait for the next job; None at the end."""
        with self._changed:
            self._idle += 1
            self._changed.wait_for(
                lambda: self._queue or self._background or self._closed
            )
            self._idle -= 1
            if self._closed:
                return None
            return (self._queue or self._background).pop(0)

    def _work(self) -> None:
        worker: Worker | None = None
        while job := self._take():
            try:
                if not self.workers:
                    last = (partial(self._note, job),) if job.reports else ()
                    job.finish(job.function(*job.arguments, *last))
                    continue
                worker = worker or self._started()
                job.finish(*worker.ask(job))
            except (TooLongError, LostError) as error:
                if worker is not None:
                    self._processes.discard(worker)
                    worker.close()
                    worker = None
                job.fail(error)
            except Exception as error:  # Whoever waits for the answer is told.
                job.fail(error)

    def _note(self, job: Job[Any], share: float, doing: str) -> None:
        """Note how far a job of this process is, and end it there with the pool."""
        if self._closed:
            raise BusyError("The server has ended.")
        job.note(share, doing)

    def _started(self) -> Worker:
        worker = Worker()
        with self._changed:
            self._processes.add(worker)
        return worker

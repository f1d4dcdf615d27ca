"""A worker process as the pool sees it: started, asked, and ended where it must be.

Python's own pools start a process by running the main module again, which under Streamlit
is whatever page is drawn at that moment; and they cannot end one that takes too long. So
a process is started here as a program of its own, with pipes.
"""

import contextlib
import os
import pickle
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from typing import Any

from crysformer.errors import LostError, TooLongError
from crysformer.workers.frames import read_frame, write_frame
from crysformer.workers.job import Job

_START_S = 60.0
"""A process may take so long to start and to import what a job needs."""


class Worker:
    """A process that works on one job at a time."""

    def __init__(self) -> None:
        folders = os.pathsep.join(filter(None, sys.path))
        # One thread each: spinning OpenMP threads slow each other twentyfold.
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "crysformer.workers.serve"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={
                "OMP_WAIT_POLICY": "PASSIVE",
                "OMP_NUM_THREADS": "1",
                **os.environ,
                "PYTHONPATH": folders,
            },
        )

    @property
    def pid(self) -> int:
        """The process's id."""
        return self._process.pid

    def ask(self, job: Job[Any]) -> tuple[Any, int]:
        """Work on a job and return its answer, and how many bytes it came in.

        Raises:
            TooLongError: It took too long; the process was ended.
            LostError: The process ended.
            Exception: What the job's function raised.
        """
        question = pickle.dumps(
            (job.function, job.arguments, job.reports), pickle.HIGHEST_PROTOCOL
        )
        late = threading.Event()

        def end() -> None:
            late.set()
            self._process.kill()

        clock = _clock(_START_S, end)
        try:
            with self._watched(job, late):
                write_frame(self._process.stdin, question)
            while True:
                with self._watched(job, late):
                    message = read_frame(self._process.stdout)
                kind, *content = pickle.loads(message)
                if kind == "report":
                    job.note(*content)
                elif kind == "begun":
                    clock.cancel()
                    clock = _clock(job.deadline, end)
                elif kind == "answer":
                    return content[0], len(message)
                else:
                    raise content[0]
        finally:
            clock.cancel()

    @contextlib.contextmanager
    def _watched(self, job: Job[Any], late: threading.Event) -> Iterator[None]:
        """Say why a process no longer takes or sends messages."""
        try:
            yield
        except (EOFError, OSError) as error:
            self._process.kill()
            code = self._process.wait()
            if late.is_set():
                raise TooLongError(
                    f"The computation took longer than {job.deadline:g} s and was "
                    "stopped. A smaller crystal or file takes less."
                ) from error
            raise LostError(
                f"The computation ended early (exit status {code}), perhaps for want of "
                "memory. Try once more, or choose a smaller crystal."
            ) from error

    def close(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            with contextlib.suppress(OSError):
                pipe.close()


def _clock(seconds: float, end: Callable[[], None]) -> threading.Timer:
    clock = threading.Timer(seconds, end)
    clock.daemon = True
    clock.start()
    return clock

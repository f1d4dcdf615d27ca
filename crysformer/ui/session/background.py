"""Work done in a thread of its own while someone looks at the picture, one at a time.

The worker knows nothing of Streamlit: it gets all it needs and leaves its answer in a
dictionary. It gives up where its work reports how far it is, once the server ends.
"""

import atexit
import threading
import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

Answer = TypeVar("Answer")
Report = Callable[[float, str], None]

_PATIENCE_AT_END_S = 5.0
_PAUSE_S = 0.05


class _Ended(Exception):
    """The server ends while something is being worked on."""


@dataclass
class _Job:
    """One piece of work and how far it is."""

    thread: threading.Thread
    share: float = 0.0
    doing: str = "Waiting"


@dataclass
class Background(Generic[Answer]):
    """Answers by key, each worked out once.

    Attributes:
        limit: How many answers are kept; the oldest go.
    """

    limit: int
    _answers: dict[Hashable, Answer | Exception] = field(default_factory=dict)
    _jobs: dict[Hashable, _Job] = field(default_factory=dict)
    _turn: threading.Lock = field(default_factory=threading.Lock)
    _end: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        atexit.register(self._stop)

    def known(self, key: Hashable) -> bool:
        """Whether the answer, or why there is none, is there already."""
        return key in self._answers and key not in self._jobs

    def begun(self, key: Hashable) -> bool:
        """Whether a piece of work is done or being done."""
        return key in self._answers or key in self._jobs

    def start(self, key: Hashable, work: Callable[[Report], Answer]) -> None:
        """Begin with one piece of work, unless it is done or being done."""
        if self.begun(key):
            return
        thread = threading.Thread(target=self._run, args=(key, work), daemon=True)
        self._jobs[key] = _Job(thread)
        thread.start()

    def wait(self, key: Hashable, report: Report) -> Answer:
        """Return an answer that was begun, saying meanwhile how far it is.

        Raises:
            Exception: What the work itself ended with.
        """
        while (job := self._jobs.get(key)) and not self._end.is_set():
            report(job.share, job.doing)
            time.sleep(_PAUSE_S)
        answer = self._answers[key]
        if isinstance(answer, Exception):
            raise answer
        return answer

    def _run(self, key: Hashable, work: Callable[[Report], Answer]) -> None:
        job = self._jobs[key]

        def report(share: float, doing: str) -> None:
            if self._end.is_set():
                raise _Ended
            job.share, job.doing = share, doing

        try:
            with self._turn:
                report(0.0, "Waiting")
                self._answers[key] = work(report)
        except _Ended:
            return
        except Exception as error:  # Whoever waits for the answer is told.
            self._answers[key] = error
        finally:
            while len(self._answers) > self.limit:
                self._answers.pop(next(iter(self._answers)), None)
            self._jobs.pop(key, None)

    def _stop(self) -> None:
        self._end.set()
        for job in list(self._jobs.values()):
            job.thread.join(_PATIENCE_AT_END_S)

"""One computation that was asked for: where it is and what came of it."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

Answer = TypeVar("Answer")
Report = Callable[[float, str], None]
"""Takes the share done, from 0 to 1, and what is being done."""


@dataclass(eq=False)
class Job(Generic[Answer]):
    """A function with its arguments, on its way through the pool.

    Attributes:
        function: What is called; a process finds it by module and name.
        arguments: Its arguments; forgotten at the end.
        deadline: Seconds it may take once it has begun.
        reports: Whether it takes a ``Report`` after its arguments.
        share: Share of it that is done.
        doing: What is being done.
        size: Bytes of the answer, where it came from a process.
    """

    function: Callable[..., Answer]
    arguments: tuple[Any, ...]
    deadline: float
    reports: bool = False
    share: float = 0.0
    doing: str = "Waiting"
    size: int = 0
    _answer: Answer | None = None
    _fault: BaseException | None = None
    _done: threading.Event = field(default_factory=threading.Event)

    @property
    def done(self) -> bool:
        """Whether there is an answer, or a reason why there is none."""
        return self._done.is_set()

    def wait(self, seconds: float | None = None) -> bool:
        """Wait for the end, or for some seconds; say whether it has ended."""
        return self._done.wait(seconds)

    def result(self, seconds: float | None = None) -> Answer:
        """Wait for the answer and return it; it is shared, so never changed.

        Args:
            seconds: How long to wait at most; without it, to the end.

        Raises:
            TimeoutError: There is no answer yet.
            TooLongError: It took longer than its deadline.
            LostError: Its process ended.
            Exception: What the function itself raised.
        """
        if not self._done.wait(seconds):
            raise TimeoutError(f"No answer within {seconds} s.")
        if self._fault is not None:
            # One object for all who wait: its traceback would grow with each.
            raise self._fault.with_traceback(None)
        return self._answer  # type: ignore[return-value]

    def note(self, share: float, doing: str) -> None:
        """Remember how far it is."""
        self.share, self.doing = share, doing

    def finish(self, answer: Answer, size: int = 0) -> None:
        """End it with an answer of so many bytes."""
        self._answer, self.arguments, self.size = answer, (), size
        self._done.set()

    def fail(self, fault: BaseException) -> None:
        """End it with a reason why there is no answer."""
        self._fault, self.arguments = fault, ()
        self._done.set()

    @property
    def fault(self) -> BaseException | None:
        """Why there is no answer, if that is known."""
        return self._fault

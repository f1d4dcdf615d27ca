"""How a command ends when it is not let finish: signals, closed pipes, full disks."""

import errno
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType

from crysformer.errors import CrysformerError

_STOPS = (signal.SIGINT, signal.SIGTERM)
_REFUSED = (errno.EPIPE, errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)


class StoppedError(CrysformerError):
    """Ctrl-C or SIGTERM; the exit status is that of shells, 128 and the signal."""

    def __init__(self, number: int) -> None:
        super().__init__(f"Stopped by {signal.Signals(number).name}.")
        self.status = 128 + number


@contextmanager
def stoppable() -> Iterator[None]:
    """Turn the first Ctrl-C or SIGTERM into an exception, so that work can be kept.

    The second one ends the process at once. Signals that the process was started to
    ignore stay ignored, and other threads than the first do without.

    Raises:
        StoppedError: It was stopped.
    """
    caught = [int(signal.SIGINT)]

    def stop(number: int, _: FrameType | None) -> None:
        caught[0] = number
        for each in before:
            signal.signal(each, signal.SIG_DFL)
        raise KeyboardInterrupt

    before = {}
    if threading.current_thread() is threading.main_thread():
        before = {each: signal.getsignal(each) for each in _STOPS}
        before = {k: v for k, v in before.items() if v is not signal.SIG_IGN}
    for each in before:
        signal.signal(each, stop)
    try:
        yield
    except KeyboardInterrupt:
        raise StoppedError(caught[0]) from None
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


def run_to_the_end(command: Callable[[], int]) -> int:
    """Run a command; what goes wrong on purpose, or on its output, is one sentence.

    Returns:
        Its exit status; 1 where it went wrong or could not write all it had to say.
    """
    try:
        try:
            return command()
        except CrysformerError as error:
            say(str(error))
            return error.status if isinstance(error, StoppedError) else 1
        finally:
            _flush()
    except OSError as error:
        if error.errno not in _REFUSED:
            raise
        _send_nowhere(sys.stdout)
        place = error.filename or "The output"
        say(f"{place} cannot be written: {error.strerror}.")
        return 1


def say(sentence: str) -> None:
    """Print to standard error, if somebody still takes it."""
    try:
        print(sentence, file=sys.stderr, flush=True)
    except OSError:
        _send_nowhere(sys.stderr)


def _flush() -> None:
    """Write now what Python would write when nobody can catch its errors."""
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            stream.flush()


def _send_nowhere(stream: object) -> None:
    """Let Python write what is left in a stream's buffer, which it tries at its end."""
    with suppress(OSError, AttributeError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)

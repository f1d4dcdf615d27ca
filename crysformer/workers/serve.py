"""What a worker process does: take functions from its input, send back what they return.

Started by ``workers.process`` alone; it ends when its input ends, even in the middle of a
computation, so that none outlives the server.
"""

import contextlib
import os
import pickle
import queue
import signal
import sys
import threading
import traceback
from typing import Any, BinaryIO

from crysformer.heap import keep_heap
from crysformer.workers.frames import read_frame, write_frame

_NICENESS = 5
"""Pages come first where there are fewer processors than work."""


def main() -> None:
    """Serve until the input ends."""
    # Ctrl-C in a terminal reaches every process; the server decides when this one ends.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(os, "nice"):
        os.nice(_NICENESS)
    keep_heap()
    # What a library prints would otherwise stand between the messages.
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    questions: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    threading.Thread(target=_read, args=(questions,), daemon=True).start()
    while True:
        _work(questions.get(), answers)


def _read(questions: "queue.SimpleQueue[bytes]") -> None:
    with contextlib.suppress(EOFError):
        while True:
            questions.put(read_frame(sys.stdin.buffer))
    os._exit(0)


def _work(question: bytes, answers: BinaryIO) -> None:
    def send(kind: str, *content: Any) -> None:
        write_frame(answers, pickle.dumps((kind, *content), pickle.HIGHEST_PROTOCOL))

    try:
        function, arguments, reports = pickle.loads(question)
        send("begun")
        last = (lambda share, doing: send("report", share, doing),) if reports else ()
        send("answer", function(*arguments, *last))
    except Exception as error:
        try:
            # An exception whose arguments do not fit its class fails only when read.
            pickle.loads(pickle.dumps(error))
            send("fault", error)
        except Exception:
            traceback.print_exception(error)
            send("fault", RuntimeError(f"{type(error).__name__}: {error}"))


if __name__ == "__main__":
    main()

"""A server of the app for the room, and what it costs."""

import contextlib
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from urllib.request import urlopen

import psutil

ROOT = Path(__file__).parents[2]
_PATIENCE_S = 60.0
_MB = 1_000_000


@dataclass
class Burden:
    """What a server's processes hold, in sum.

    Attributes:
        memory_mb: Resident memory, MB.
        threads: Their threads.
        handles: Their open files and sockets.
    """

    memory_mb: float = 0.0
    threads: int = 0
    handles: int = 0


class Server:
    """A process of its own with all the processes it starts; ends with the block.

    Args:
        workers: Processes for long computations; None for what is usual.
        settings: More of the environment, as ``NAME=VALUE``.
    """

    def __init__(self, workers: int | None = None, settings: Sequence[str] = ()) -> None:
        self._environment = dict(os.environ) | dict(
            each.split("=", 1) for each in settings
        )
        if workers is not None:
            self._environment["CRYSFORMER_WORKERS"] = str(workers)

    def __enter__(self) -> "Server":
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.address = f"127.0.0.1:{probe.getsockname()[1]}"
        self._log = tempfile.TemporaryFile(mode="w+")
        port = self.address.rpartition(":")[2]
        options = ["--server.port", port, "--server.address", "127.0.0.1"]
        self._process = psutil.Popen(
            [sys.executable, "-m", "streamlit", "run", "app.py", *options],
            cwd=ROOT,
            env=self._environment,
            stdout=self._log,
            stderr=subprocess.STDOUT,
        )
        self._ended = 0.0
        end = time.monotonic() + _PATIENCE_S
        while not self._answers():
            if time.monotonic() > end:
                raise TimeoutError(f"No server at {self.address}")
            time.sleep(0.05)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.terminate()
        self._process.wait()
        self._log.close()

    def burden(self) -> Burden:
        """What all its processes hold now; one that ends meanwhile holds nothing."""
        total = Burden()
        for each in self._all():
            with contextlib.suppress(psutil.NoSuchProcess):
                total.memory_mb += each.memory_info().rss / _MB
                total.threads += each.num_threads()
                total.handles += each.num_fds()
        return total

    def processor_seconds(self) -> float:
        """Processor time that its processes have used so far."""
        return sum(sum(each.cpu_times()[:2]) for each in self._all())

    def log(self) -> list[str]:
        """What it said of faults."""
        self._log.seek(0)
        return self._log.read().splitlines()

    def _all(self) -> list[psutil.Process]:
        return [self._process, *self._process.children(recursive=True)]

    def _answers(self) -> bool:
        try:
            with urlopen(f"http://{self.address}/_stcore/health", timeout=1) as answer:
                return answer.status == 200
        except OSError:
            return False

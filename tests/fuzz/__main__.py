"""The long run: python -m tests.fuzz --inputs 50000 --seed 0.

Every input has its processor time and its memory measured in a worker process that is
ended beyond a limit. What fails is kept in a folder, to be read again by ``judge``.
"""

import argparse
import multiprocessing
import resource
import sys
import time
from itertools import islice
from pathlib import Path

from tests.fuzz.corpus import seeds
from tests.fuzz.judge import judge
from tests.fuzz.mutate import mutants

MAX_SECONDS, MAX_MEGABYTES = 2.0, 500.0
_PORTION = 250
_KEPT = Path("artifacts/fuzz")


def main() -> int:
    """Run, print what was found, and return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--inputs", type=int, default=50_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--processes", type=int, default=2)
    options = parser.parse_args()
    portions = [
        (options.seed + start, min(_PORTION, options.inputs - start))
        for start in range(0, options.inputs, _PORTION)
    ]
    context = multiprocessing.get_context("fork")
    counts: dict[str, int] = {}
    slowest = largest = (0.0, "")
    faults = 0
    # One portion a process: what one input leaves behind is gone with it.
    with context.Pool(options.processes, maxtasksperchild=1) as pool:
        for lines in pool.imap_unordered(_portion, portions):
            for label, outcome, seconds, megabytes in lines:
                counts[outcome] = counts.get(outcome, 0) + 1
                slowest = max(slowest, (seconds, label))
                largest = max(largest, (megabytes, label))
                if outcome not in ("read", "refused", "archive"):
                    faults += 1
                    print(f"{label}: {outcome} {seconds:.2f} s {megabytes:.0f} MB")
    print(f"{sum(counts.values())} inputs: {counts}")
    print(f"slowest {slowest[0]:.2f} s ({slowest[1]})")
    print(f"largest {largest[0]:.0f} MB ({largest[1]})")
    return 1 if faults else 0


def _portion(portion: tuple[int, int]) -> list[tuple[str, str, float, float]]:
    """Judge some inputs, each in a process of its own."""
    seed, number = portion
    found = []
    for place, (name, content) in enumerate(islice(mutants(seeds(), seed), number)):
        label = f"{seed}-{place} {name}"
        outcome, seconds, megabytes = measured(name, content)
        if outcome not in ("read", "refused", "archive"):
            _KEPT.mkdir(parents=True, exist_ok=True)
            (_KEPT / f"{seed}-{place}").write_bytes(content)
        found.append((label, outcome, seconds, megabytes))
    return found


def measured(name: str, content: bytes) -> tuple[str, float, float]:
    """Outcome, processor time and additional memory of one input."""
    Path("/proc/self/clear_refs").write_text("5")  # Forget the peak so far.
    before, started = _status("VmRSS"), time.process_time()
    used = int(started) + 30
    resource.setrlimit(resource.RLIMIT_CPU, (used, resource.RLIM_INFINITY))
    try:
        outcome = judge(name, content)
    except MemoryError:
        outcome = "out of memory"
    except Exception as error:  # Whatever it is, it is what is looked for.
        outcome = f"{type(error).__name__}: {ascii(str(error))[:200]}"
    seconds, megabytes = time.process_time() - started, _status("VmHWM") - before
    if outcome in ("read", "refused", "archive"):
        if seconds > MAX_SECONDS:
            outcome = "too slow"
        elif megabytes > MAX_MEGABYTES:
            outcome = "too large"
    return outcome, seconds, megabytes


def _status(key: str) -> float:
    """A line of the process's status, in MB."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(key):
            return int(line.split()[1]) / 1024
    raise KeyError(key)


if __name__ == "__main__":
    sys.exit(main())

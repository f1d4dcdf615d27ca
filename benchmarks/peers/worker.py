"""One network in a process of its own, timed when it is asked.

    python worker.py NETWORK THREADS STRUCTURES.json < requests > answers

A request is a line of JSON: ``{"rows": [...], "batch": n}``. The answer to each holds
the seconds that graphs and answers took, or why there are none.
"""

import json
import sys
import time
import traceback
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import networks  # It lies beside this script.
import torch
from pymatgen.core import Structure


def seconds(step: Callable[[], Any]) -> tuple[float, Any]:
    """Time of one call, and what it returned."""
    # Other work on the machine counts in time on the wall, but not in a processor's.
    clock = time.process_time if torch.get_num_threads() == 1 else time.perf_counter
    started = clock()
    result = step()
    return clock() - started, result


def measure(
    network: networks.Network, structures: Sequence[Structure], batch: int
) -> dict[str, Any]:
    """Seconds for graphs and for answers, ``batch`` crystals at a time."""
    building, graphs = seconds(lambda: [network.build(item) for item in structures])
    starts = range(0, len(graphs), batch)
    answering, _ = seconds(
        lambda: [network.answer(graphs[first : first + batch]) for first in starts]
    )
    return {"graph": building, "forward": answering}


def main() -> None:
    """Answer requests until there are no more."""
    warnings.simplefilter("ignore")
    answers, sys.stdout = sys.stdout, sys.stderr  # Some packages print as they work.
    name, threads, file = sys.argv[1:]
    torch.set_num_threads(int(threads))
    structures = [
        Structure.from_dict(item) for item in json.loads(Path(file).read_text())
    ]
    network = networks.NETWORKS[name]()
    print(json.dumps({"properties": network.properties}), file=answers, flush=True)
    for line in sys.stdin:
        request = json.loads(line)
        chosen = [structures[row] for row in request["rows"]]
        try:
            result = measure(network, chosen, request["batch"])
        except Exception as error:  # Another package's; the table says so.
            traceback.print_exc()
            result = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(result), file=answers, flush=True)


if __name__ == "__main__":
    main()

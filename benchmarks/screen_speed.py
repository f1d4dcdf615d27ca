"""Time to screen 500 crystals of about ten atoms, as the batch page and the command do.

The crystals are strained copies of those in the library with 8 to 12 atoms in the cell,
every other one with its atoms displaced, so that it has no symmetry left. They are CIF
texts: reading is part of the time. Wants a quiet machine; the load before the start is
printed beside the result.

    python -m benchmarks.screen_speed [--crystals 500] [--json]
"""

import argparse
import json
import os
import time

# As in the app: one thread for each inference.
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import numpy as np

from crysformer.library.catalogue import load_library
from crysformer.predict.predictor import Predictor
from crysformer.screening.screen import screen

ATOMS = range(8, 13)
BAR_SECONDS = 60.0


def crystals(count: int) -> list[tuple[str, bytes]]:
    """Write that many CIF texts, no two alike, half of them without symmetry."""
    rng = np.random.default_rng(0)
    library = [crystal.structure() for crystal in load_library().values()]
    fitting = [structure for structure in library if len(structure) in ATOMS]
    files = []
    for number in range(count):
        structure = fitting[number % len(fitting)].copy()
        structure.apply_strain(rng.uniform(-0.03, 0.03, size=3))
        if number % 2:
            structure.perturb(0.05, seed=number)
        files.append((f"{number}.cif", structure.to(fmt="cif").encode()))
    return files


def main() -> None:
    """Print times in seconds."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--crystals", type=int, default=500)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    files = crystals(options.crystals)
    load = os.getloadavg()[0]
    started = time.perf_counter()
    predictor = Predictor(device="cpu")
    loaded = time.perf_counter()
    processor = time.process_time()
    first = None
    failed = 0
    for row in screen(files, predictor):
        first = first or time.perf_counter()
        failed += bool(row.error)
    found = {
        "crystals": len(files),
        "failed": failed,
        "load_model_s": loaded - started,
        "first_result_s": first - loaded,
        "all_results_s": time.perf_counter() - loaded,
        "processor_s": time.process_time() - processor,
        "load_before": load,
        "bar_s": BAR_SECONDS,
    }
    if options.json:
        print(json.dumps(found, indent=1))
    else:
        for name, value in found.items():
            print(f"{name:>15} {value:.3g}")


if __name__ == "__main__":
    main()

"""Throughput of `crysformer screen` on many rows: one core, all cores, and Ray.

The rows are strained copies of the library's smallest cells as packed JSON lines, every
thousandth of them no crystal. Processor time of all processes is printed beside wall
time, which other work on the machine stretches; one actor of Ray's is killed half way.

    python -m benchmarks.screen_scale [--rows 20000] [--engines one cores ray]
"""

import argparse
import gzip
import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

from crysformer.cores import available_cores
from crysformer.library.catalogue import load_library

MOST_ATOMS = 4


def write_rows(path: Path, count: int) -> None:
    """Write that many rows of crystals with few atoms, no two alike."""
    rng = np.random.default_rng(0)
    library = [
        crystal.structure().get_primitive_structure()
        for crystal in load_library().values()
    ]
    small = [structure for structure in library if len(structure) <= MOST_ATOMS]
    with gzip.open(path, "wt", compresslevel=1) as lines:
        for number in range(count):
            structure = small[number % len(small)]
            lattice = structure.lattice.matrix * (1 + rng.uniform(-0.02, 0.02))
            species = [site.specie.symbol for site in structure]
            crystal = {
                "lattice": lattice.tolist(),
                "frac_coords": structure.frac_coords.tolist(),
                "species": species if number % 1000 != 999 else ["Xx"] * len(species),
            }
            lines.write(json.dumps({"id": f"c{number}", "structure": crystal}) + "\n")


def screened(engine: str, path: Path, out: Path) -> dict[str, float]:
    """Run the command on a file; returns what it took."""
    options = {
        "one": ["--processes", "1"],
        "cores": [],
        "ray": ["--engine", "ray"],
    }[engine]
    words = ["screen", str(path), "--out", str(out), "--device", "cpu", *options]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = time.perf_counter()
    run = subprocess.Popen([sys.executable, "-m", "crysformer", *words])
    peak, processor, first = 0.0, 0.0, None
    killed = engine != "ray"
    while run.poll() is None:
        time.sleep(1.0)
        used = tree(run.pid)
        processor = max(processor, sum(seconds for _, seconds, _ in used.values()))
        peak = max(peak, sum(memory for _, _, memory in used.values()))
        parts = len(list(out.glob("*.parquet"))) if engine == "ray" else 0
        first = first or (time.perf_counter() - started if parts else None)
        actors = [number for number, (name, _, _) in used.items() if "MapWorker" in name]
        if not killed and parts >= 20 and actors:
            os.kill(actors[0], signal.SIGKILL)
            killed = True
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    waited = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {
        "wall_s": time.perf_counter() - started,
        "processor_s": max(processor, waited),
        "memory_MB": peak / 1e6,
        **({"first_part_s": first} if first else {}),
    }


def tree(top: int) -> dict[int, tuple[str, float, float]]:
    """Name, processor seconds and private memory (bytes) of a process and all below."""
    ticks, page = os.sysconf("SC_CLK_TCK"), os.sysconf("SC_PAGE_SIZE")
    found, parents = {}, {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
            name = (folder / "cmdline").read_text(errors="replace")
            sizes = (folder / "statm").read_text().split()
        except OSError:
            continue
        seconds = (int(fields[11]) + int(fields[12])) / ticks
        private = (int(sizes[1]) - int(sizes[2])) * page
        parents[int(folder.name)] = int(fields[1])
        found[int(folder.name)] = (name, seconds, private)
    below = {top}
    while more := {child for child, parent in parents.items() if parent in below} - below:
        below |= more
    return {number: found[number] for number in below if number in found}


def main() -> None:
    """Print one line for each engine."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--engines", nargs="+", default=["one", "cores", "ray"])
    options = parser.parse_args()
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows.jsonl.gz"
        write_rows(path, options.rows)
        print(f"{options.rows} rows, {available_cores()} cores, load {os.getloadavg()}")
        for engine in options.engines:
            out = Path(folder) / ("table" if engine == "ray" else f"{engine}.csv")
            found = screened(engine, path, out)
            frame = pd.read_parquet(out) if engine == "ray" else pd.read_csv(out)
            rows, names = len(frame), frame["file"].nunique()
            failed = int(frame["error"].fillna("").astype(bool).sum())
            print(engine, {"rows": rows, "names": names, "failed": failed}, end=" ")
            print({key: round(value, 1) for key, value in found.items()})
            print(f"  {1e3 * found['processor_s'] / rows:.2f} ms of processor a row")


if __name__ == "__main__":
    main()

"""What each part of the network contributes: the same training with one part left out.

Every variant sees the same crystals as often; its errors on validation crystals are
written to the table that the Model page shows. Two seeds of the whole network say how far
two runs of one and the same network lie apart.

    python -m benchmarks.ablations --data DIR --crystals 12000 --passes 8 \
        --out weights/jarvis-dft-3d/ablations.csv
"""

import argparse
import csv
import gzip
import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from crysformer.model.ablations import COLUMNS
from crysformer.training.recipe import RECIPES
from crysformer.training.start import read_recipe

VARIANTS: Sequence[tuple[tuple[str, ...], int]] = (
    ((), 0),
    ((), 1),
    (("cross=false",), 0),
    (("conditional=false",), 0),
    (("condition_edges=false",), 0),
    (("line_graph=false",), 0),
)
"""Settings that differ from the shipped recipe, and the seed."""


def main() -> None:
    """Train every variant and write its errors as soon as they are known."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--crystals", type=int, required=True)
    parser.add_argument("--passes", type=int, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--set", nargs="+", default=[], metavar="NAME=VALUE")
    options = parser.parse_args()
    recipe = read_recipe(options.set, RECIPES["shipped"])
    steps = options.passes * (options.crystals // recipe.batch_size)
    # The table that is there stays until the new one is whole.
    unfinished = options.out.with_suffix(".partial")
    with tempfile.TemporaryDirectory() as folder, unfinished.open("w") as file:
        table = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        table.writeheader()
        data = Path(folder) / "data"
        data.mkdir()
        _cut(options.data / "train.jsonl.gz", data, options.crystals)
        _cut(options.data / "val.jsonl.gz", data, options.crystals // 4)
        for number, (without, seed) in enumerate(VARIANTS):
            out = Path(folder) / f"run-{number}"
            record = train(data, out, steps, [*options.set, *without, f"seed={seed}"])
            for key, error in record["val"].items():
                table.writerow(
                    {
                        "without": " ".join(item.partition("=")[0] for item in without),
                        "seed": seed,
                        "crystals": options.crystals,
                        "passes": options.passes,
                        "property": key,
                        "n": error["n"],
                        "mae": f"{error['mae']:.5g}",
                    }
                )
            file.flush()
    unfinished.replace(options.out)


def _cut(path: Path, folder: Path, crystals: int) -> None:
    """Keep crystals evenly spread over a file."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        rows = list(lines)
    if crystals > len(rows):
        raise SystemExit(f"{path} has {len(rows)} crystals, not {crystals}.")
    kept = (rows[number * len(rows) // crystals] for number in range(crystals))
    with gzip.open(folder / path.name, "wt", encoding="utf-8", compresslevel=1) as file:
        file.writelines(kept)


def train(data: Path, out: Path, steps: int, settings: Sequence[str]) -> dict:
    """One run by the command line; its last validation."""
    command = [sys.executable, "-m", "crysformer", "train", "--data", str(data)]
    command += ["--out", str(out), "--steps", str(steps), "--set", *settings]
    subprocess.run(command, check=True)
    return json.loads((out / "metrics.jsonl").read_text().splitlines()[-1])


if __name__ == "__main__":
    main()

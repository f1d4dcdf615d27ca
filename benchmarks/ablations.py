"""What each part of the network contributes: the same training with one part left out.

Every variant sees the same crystals as often; its errors on validation crystals are
written to the table that the Model page shows. Two seeds of the whole network say how far
two runs of one and the same network lie apart.

    python -m benchmarks.ablations --data DIR --crystals 12000 --passes 8 \
        --states STATES --out weights/jarvis-dft-3d/ablations.csv
"""

import argparse
import csv
from collections.abc import Sequence
from pathlib import Path

from benchmarks.short_runs import ShortRuns
from crysformer.model.ablations import COLUMNS
from crysformer.model.checksums import update_checksum
from crysformer.model.files import CHECKSUMS

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
    parser.add_argument("--states", type=Path, required=True, help="folder of the runs")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--set", nargs="+", default=[], metavar="NAME=VALUE")
    options = parser.parse_args()
    runs = ShortRuns(
        [options.data], options.crystals, options.passes, options.states, options.set
    )
    # The table that is there stays until the new one is whole.
    unfinished = options.out.with_suffix(".partial")
    with unfinished.open("w") as file:
        table = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        table.writeheader()
        for without, seed in VARIANTS:
            record = runs.run(without, seed)
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
    if (options.out.parent / CHECKSUMS).exists():
        update_checksum(options.out.parent, options.out.name)


if __name__ == "__main__":
    main()

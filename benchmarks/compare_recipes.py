"""Compare training settings at equal passes: errors beside the first variant's.

    python -m benchmarks.compare_recipes --data DIR --crystals 12000 --passes 8 \
        --states STATES --seeds 0 1 base "blocks=3" "angle_width=64 learning_rate=2e-3"

A variant is "base" or settings as ``train --set`` takes them. Prints a row of a Markdown
table for each, a mean over the seeds; a run that was stopped goes on where it was.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path
from statistics import mean
from typing import Any

from benchmarks.short_runs import ShortRuns
from crysformer.properties.table import PROPERTIES

COLUMNS = {
    "formation_energy_peratom": "formation energy",
    "optb88vdw_bandgap": "OptB88vdW gap",
    "mbj_bandgap": "TBmBJ gap",
    "bulk_modulus_kv": "K",
    "shear_modulus_gv": "G",
    "magmom_oszicar": "magnetic moment",
    "max_efg": "largest EFG",
}
"""Properties with a column of their own."""


def main() -> None:
    """Run every variant that has not been run, and print how they compare."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, nargs="+", required=True)
    parser.add_argument("--crystals", type=int, required=True)
    parser.add_argument("--passes", type=int, required=True)
    parser.add_argument("--states", type=Path, required=True)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0])
    parser.add_argument("--set", nargs="+", default=[], metavar="NAME=VALUE")
    parser.add_argument("variants", nargs="+", help='"base" or "NAME=VALUE NAME=VALUE"')
    options = parser.parse_args()
    runs = ShortRuns(
        options.data, options.crystals, options.passes, options.states, options.set
    )
    print("| variant | seconds a step |", " | ".join(COLUMNS.values()), "| mean |")
    print("|---" * (len(COLUMNS) + 3) + "|")
    first: dict[str, float] = {}
    for variant in options.variants:
        settings = [] if variant == "base" else variant.split()
        records = [runs.run(settings, seed) for seed in options.seeds]
        errors = _errors(records)
        first = first or errors
        seconds = mean(record["hours"] * 3600 / record["step"] for record in records)
        print(f"| {variant} | {seconds:.2f} | {_row(errors, first)} |", flush=True)


def _errors(records: Sequence[dict[str, Any]]) -> dict[str, float]:
    """MAE of each property with an output of its own, mean over seeds."""
    own = [key for key in records[0]["val"] if not PROPERTIES[key].base]
    return {key: mean(each["val"][key]["mae"] for each in records) for key in own}


def _row(errors: dict[str, float], first: dict[str, float]) -> str:
    """Errors of the chosen properties and the change of all of them, in the mean."""
    changes = {key: errors[key] / first[key] - 1.0 for key in errors}
    shown = [key for key in COLUMNS if key in errors]
    cells = [f"{errors[key]:.4g} ({changes[key]:+.1%})" for key in shown]
    return " | ".join([*cells, f"{mean(changes.values()):+.1%}"])


if __name__ == "__main__":
    main()

"""What each part of the network is worth: errors of trainings without it.

``benchmarks/ablations.py`` makes the table that ships beside the weights: short trainings
on a part of the data, alike but for one switch (our choice: what the switches are stands
in ``config.ModelConfig``), and the whole network with several seeds.
"""

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from crysformer.errors import WeightsError
from crysformer.properties import PROPERTIES

FILE = "ablations.csv"
COLUMNS = ("without", "seed", "crystals", "passes", "property", "n", "mae")
WHOLE = "Whole network"
_NAMES = {
    "": WHOLE,
    "cross": "No cross-attention",
    "conditional": "No conditional attention",
    "condition_edges": "No update of bonds by conditional attention",
    "line_graph": "No line graph",
}


@dataclass(frozen=True)
class Ablation:
    """One part left out.

    Attributes:
        name: What is left out, in words.
        mae: Validation error of the chosen property, mean over seeds.
        change: By how much that is above the whole network's, as a share of it.
        mean_change: Of all shown properties, in the mean.
        seeds: Trainings behind it.
    """

    name: str
    mae: float
    change: float
    mean_change: float
    seeds: int


def read_ablations(folder: Path) -> pd.DataFrame | None:
    """Errors of every training, a row for each shown property; None if there are none.

    Raises:
        WeightsError: The table is damaged.
    """
    path = folder / FILE
    if not path.is_file():
        return None
    try:
        table = pd.read_csv(path, keep_default_na=False)
        wrong = set(table["without"]) - _NAMES.keys()
        if tuple(table.columns) != COLUMNS or wrong or "" not in set(table["without"]):
            raise ValueError(f"columns {list(table.columns)}, unknown parts {wrong}")
        shown = table["property"].map(lambda key: PROPERTIES[key].shown)
        return table[shown].astype({"mae": float, "n": int})
    except (OSError, ValueError, KeyError) as error:
        raise WeightsError(
            f"The ablations of model {folder.name!r} cannot be read: {error}."
        ) from None


def ablations(table: pd.DataFrame, key: str) -> list[Ablation]:
    """Errors of a property with each part left out, the whole network first.

    Args:
        table: As ``read_ablations`` gives it.
        key: Property; without rows there is nothing to say.
    """
    errors = table.pivot_table("mae", "without", "property", sort=False)
    if key not in errors:
        return []
    changes = errors / errors.loc[""] - 1.0
    seeds = table.groupby("without")["seed"].nunique()
    order = [name for name in _NAMES if name in errors.index]
    return [
        Ablation(
            _NAMES[name],
            float(errors.loc[name, key]),
            float(changes.loc[name, key]),
            float(changes.loc[name].mean()),
            int(seeds[name]),
        )
        for name in order
    ]


def seed_spread(table: pd.DataFrame, key: str) -> float:
    """Half the range of the whole network's errors over seeds, over their mean."""
    whole = table[(table["without"] == "") & (table["property"] == key)]["mae"]
    return float((whole.max() - whole.min()) / 2.0 / whole.mean())

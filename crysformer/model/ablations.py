"""What each part of the network contributes: errors of trainings without it.

``benchmarks/ablations.py`` makes the table that ships beside the weights: short trainings
on a part of the data, identical except for one switch (our choice: ``config.ModelConfig``
says what the switches are), and the full network with several seeds.
"""

import io
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from crysformer.errors import WeightsError
from crysformer.model import files
from crysformer.model.checksums import read_verified
from crysformer.properties.table import PROPERTIES

COLUMNS = ("without", "seed", "crystals", "passes", "property", "n", "mae")
WHOLE = "Full network"
_NAMES = {
    "": WHOLE,
    "cross": "No cross-attention",
    "conditional": "No conditional attention",
    "condition_edges": "No bond update",
    "line_graph": "No line graph",
}


@dataclass(frozen=True)
class Ablation:
    """One part left out.

    Attributes:
        name: What is left out, in words.
        mae: Validation error of the chosen property, mean over seeds.
        change: By how much that is above the whole network's, as a share of it.
        mean_change: The same of all shown properties with an output of their own, in the
            mean.
    """

    name: str
    mae: float
    change: float
    mean_change: float


def read_ablations(folder: Path) -> pd.DataFrame | None:
    """Errors of every training, a row for each shown property; None if there are none.

    Raises:
        WeightsError: The table is damaged.
    """
    if not (folder / files.ABLATIONS).is_file():
        return None
    try:
        content = read_verified(folder, files.ABLATIONS)
        table = pd.read_csv(io.BytesIO(content), keep_default_na=False)
        wrong = set(table["without"]) - _NAMES.keys()
        if tuple(table.columns) != COLUMNS or wrong or "" not in set(table["without"]):
            raise ValueError(f"columns {list(table.columns)}, unknown parts {wrong}")
        shown = table["property"].map(lambda key: PROPERTIES[key].shown)
        numbers = dict.fromkeys(("seed", "crystals", "passes", "n"), int) | {"mae": float}
        table = table[shown].astype(numbers)
        if _errors(table).isna().any(axis=None):
            raise ValueError("a part lacks a property that others have")
        return table
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
    errors = _errors(table)
    if key not in errors:
        return []
    changes = errors / errors.loc[""] - 1.0
    own = [name for name in errors if not PROPERTIES[name].base]
    order = [name for name in _NAMES if name in errors.index]
    return [
        Ablation(
            _NAMES[name],
            float(errors.loc[name, key]),
            float(changes.loc[name, key]),
            float(changes.loc[name, own].mean()),
        )
        for name in order
    ]


def seed_difference(table: pd.DataFrame) -> pd.Series:
    """By how much the whole network's errors differ between seeds, by property.

    The largest minus the smallest, as a share of their mean; 0 with one seed.
    """
    errors = table[table["without"] == ""].groupby("property")["mae"]
    return (errors.max() - errors.min()) / errors.mean()


def _errors(table: pd.DataFrame) -> pd.DataFrame:
    """Mean over seeds: a row for each part left out, a column for each property."""
    return table.pivot_table("mae", "without", "property", sort=False)

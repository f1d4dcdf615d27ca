"""Data folders to training and validation sets with fitted scalings."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from crysformer.data.dataset import Dataset, load_dataset, read_columns
from crysformer.data.store import Graphs
from crysformer.errors import DataError
from crysformer.graph.rule import NeighbourRule
from crysformer.properties.scaling import (
    Scaling,
    fit_derived,
    fit_scaling,
    share_of_base,
    sizes_of,
)
from crysformer.properties.table import PROPERTIES


def find_keys(folders: Sequence[Path]) -> list[str]:
    """Properties for which the training files hold labels, in the table's order."""
    columns: set[str] = set()
    for folder in folders:
        columns |= read_columns(folder / "train.jsonl.gz")
    keys = [key for key, prop in PROPERTIES.items() if columns >= set(prop.columns)]
    if not keys:
        raise DataError(f"No label in {[str(folder) for folder in folders]} is known.")
    return keys


def load_split(
    folders: Sequence[Path],
    split: str,
    keys: Sequence[str],
    rule: NeighbourRule,
    cache: Path | None,
) -> Dataset:
    """One split of all folders as one data set."""
    parts = [
        load_dataset(folder / f"{split}.jsonl.gz", keys, rule, cache)
        for folder in folders
    ]
    return parts[0] if len(parts) == 1 else _join(parts)


def _join(parts: Sequence[Dataset]) -> Dataset:
    return Dataset(
        ids=[name for part in parts for name in part.ids],
        formulas=[formula for part in parts for formula in part.formulas],
        geometries=[geometry for part in parts for geometry in part.geometries],
        values=np.concatenate([part.values for part in parts]),
        num_sites=np.concatenate([part.num_sites for part in parts]),
        formula_atoms=np.concatenate([part.formula_atoms for part in parts]),
        volumes=np.concatenate([part.volumes for part in parts]),
        graphs=Graphs.joined(part.graphs for part in parts),
    )


def fit_scalings(data: Dataset, keys: Sequence[str]) -> list[Scaling]:
    """Fit the scaling of every property on training rows."""
    composition = data.composition()
    columns = {key: data.values[:, column] for column, key in enumerate(keys)}
    scalings = []
    for key in keys:
        base, difference = PROPERTIES[key].base, np.empty(0)
        if base in columns:
            share = share_of_base(key, data.formula_atoms)
            difference = columns[key] - columns[base] * share
            if PROPERTIES[key].floor:
                # What the floor raised to zero says only how low it might have been.
                difference = np.where(columns[key] > 0.0, difference, np.nan)
        # Without a crystal that has both labels, the property gets an output of its own.
        if not np.isnan(difference).all():
            scalings.append(fit_derived(key, base, difference, composition))
        else:
            sizes = sizes_of(key, data.num_sites, data.formula_atoms)
            scalings.append(fit_scaling(key, columns[key], composition, sizes))
    return scalings

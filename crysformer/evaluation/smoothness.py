"""How far predictions jump while the atoms of symmetric crystals move by ever more.

A perfect crystal is predicted from its exact symmetry; within the tolerance of symmetry
noise changes nothing, and beyond it the crystal is what it is. Between the two, and
wherever a neighbour enters the twelve nearest, a prediction can jump. Here the noise
grows from a millionth of an Å to a tenth (our choice of crystals and steps), and each
step's change is kept for every property.
"""

import io
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pymatgen.core import Structure

from crysformer.errors import WeightsError
from crysformer.library.catalogue import get_crystal
from crysformer.model import files
from crysformer.model.checksums import read_verified, update_checksum
from crysformer.predict.predictor import Predictor
from crysformer.properties.table import PROPERTIES

CRYSTALS = (
    "diamond-si",
    "bcc-fe",
    "fcc-cu",
    "hcp-mg",
    "rock-salt-nacl",
    "caesium-chloride-cscl",
    "zinc-blende-gaas",
    "wurtzite-zno",
    "fluorite-caf2",
    "rutile-tio2",
    "perovskite-srtio3",
    "corundum-al2o3",
)
"""Library crystals of many structure types."""

SIZES = tuple(float(f"{size:.2g}") for size in np.geomspace(1e-6, 0.1, 26))
"""Root mean square displacement of an atom, Å: five steps for each factor of ten."""

COLUMNS = ("property", "displacement", "typical", "largest", "crystal")


class Jump(NamedTuple):
    """What one step of noise does to one property.

    Attributes:
        property: Key.
        displacement: Of the atoms after the step, Å.
        typical: Median change over the crystals, in the property's unit; per atom where
            the property is one of the cell.
        largest: Largest change.
        crystal: Library id of the crystal that changes most.
    """

    property: str
    displacement: float
    typical: float
    largest: float
    crystal: str


def noisy(structure: Structure, sizes: Sequence[float] = SIZES) -> list[Structure]:
    """A crystal, and the same with noise of fixed directions that grows step by step."""
    directions = np.random.default_rng(0).normal(size=(len(structure), 3))
    directions /= np.sqrt((directions**2).sum(axis=1).mean())
    shifts = directions @ np.linalg.inv(structure.lattice.matrix)
    return [
        Structure(
            structure.lattice, structure.species, structure.frac_coords + size * shifts
        )
        for size in (0.0, *sizes)
    ]


def measure_jumps(
    predictor: Predictor,
    crystals: Sequence[str] = CRYSTALS,
    sizes: Sequence[float] = SIZES,
) -> list[Jump]:
    """Predict crystals under growing noise and compare each step with the one before.

    Returns:
        A jump for every shown property and step, by property.
    """
    changes = np.stack([_changes(predictor, name, sizes) for name in crystals])
    keys = [key for key in predictor.checkpoint.keys if PROPERTIES[key].shown]
    return [
        Jump(
            key,
            size,
            float(np.median(changes[:, step, column])),
            float(changes[:, step, column].max()),
            crystals[int(changes[:, step, column].argmax())],
        )
        for column, key in enumerate(keys)
        for step, size in enumerate(sizes)
    ]


def _changes(
    predictor: Predictor, name: str, sizes: Sequence[float]
) -> NDArray[np.float64]:
    """Change of each shown property in each step, (steps, properties)."""
    path = noisy(get_crystal(name).structure(), sizes)
    values = [
        [
            value / each.num_sites if PROPERTIES[key].extent == "per_cell" else value
            for key, value in each.shown.items()
        ]
        for each in predictor.predict(path)
    ]
    return np.abs(np.diff(np.array(values), axis=0))


def write_jumps(jumps: Sequence[Jump], folder: Path) -> None:
    """Keep the jumps of a model in its folder."""
    table = pd.DataFrame(jumps, columns=COLUMNS)
    table.to_csv(
        folder / files.SMOOTHNESS, index=False, float_format="%.3g", lineterminator="\n"
    )
    update_checksum(folder, files.SMOOTHNESS)


def read_jumps(folder: Path) -> pd.DataFrame | None:
    """The jumps that ship with a model, with ``COLUMNS``; None if it has none.

    Raises:
        WeightsError: The table is damaged.
    """
    if not (folder / files.SMOOTHNESS).is_file():
        return None
    try:
        table = pd.read_csv(io.BytesIO(read_verified(folder, files.SMOOTHNESS)))
        if tuple(table.columns) != COLUMNS or table.isna().any(axis=None):
            raise ValueError(f"columns {list(table.columns)}, or a number is missing")
        return table.astype(dict.fromkeys(("displacement", "typical", "largest"), float))
    except (OSError, ValueError) as error:
        raise WeightsError(
            f"The jumps of model {folder.name!r} cannot be read: {error}."
        ) from None

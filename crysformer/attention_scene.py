"""From attention weights to what a picture and a table show of them.

Weights come per directed bond, block and head; those of one centre sum to one. *Lift* is
a weight times the number of bonds of its centre: one means "no more than any other bond
here", which makes atoms with different numbers of neighbours comparable.
"""

from dataclasses import dataclass, replace
from typing import Any, Literal, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pymatgen.core import Structure

from crysformer.drawn_bonds import DrawnBonds
from crysformer.palette import Scale
from crysformer.scene import site_labels

Module = Literal["Cross", "Conditional", "Difference"]
MODULES: tuple[Module, ...] = get_args(Module)
Over = Literal["Mean", "Maximum"]
OVERS: tuple[Over, ...] = get_args(Over)
Measure = Literal["Weight", "Lift"]
MEASURES: tuple[Measure, ...] = get_args(Measure)

THIN, THICK = 0.02, 0.17
_TITLES = {
    ("Weight", False): "Attention weight",
    ("Lift", False): "Lift over uniform attention (1 = uniform)",
    ("Weight", True): "Weight, cross − conditional",
    ("Lift", True): "Lift, cross − conditional",
}


@dataclass(frozen=True)
class Choice:
    """Which number of each bond to show.

    Attributes:
        module: One attention module, or cross minus conditional.
        block: Index of a block; None takes all together.
        head: Index of a head; None takes all together.
        over: How blocks and heads are taken together.
        measure: The weight itself or its lift over uniform attention.
    """

    module: Module = "Cross"
    block: int | None = None
    head: int | None = None
    over: Over = "Mean"
    measure: Measure = "Weight"

    @property
    def title(self) -> str:
        """Words for the number shown."""
        return _TITLES[self.measure, self.module == "Difference"]


def shown_values(
    cross: NDArray[np.floating],
    conditional: NDArray[np.floating],
    degree: NDArray[np.integer],
    choice: Choice,
) -> NDArray[np.float64]:
    """Reduce weights to one number for each bond.

    Args:
        cross: Weights of the cross-attention, ``(bonds, blocks, heads)``.
        conditional: Weights of the conditional attention, same shape.
        degree: Number of bonds of each bond's centre, ``(bonds,)``.
        choice: What to show.

    Returns:
        Numbers, ``(bonds,)``. A maximum over blocks and heads no longer sums to one.
    """
    first = _reduced(cross, choice)
    second = _reduced(conditional, choice)
    values = {
        "Cross": first,
        "Conditional": second,
        "Difference": first - second,
    }[choice.module]
    return values * degree if choice.measure == "Lift" else values


def _reduced(weights: NDArray[np.floating], choice: Choice) -> NDArray[np.float64]:
    weights = np.asarray(weights, dtype=float)
    if choice.block is not None:
        weights = weights[:, choice.block : choice.block + 1]
    if choice.head is not None:
        weights = weights[:, :, choice.head : choice.head + 1]
    return (
        weights.mean(axis=(1, 2)) if choice.over == "Mean" else weights.max(axis=(1, 2))
    )


def scale_for(
    values: NDArray[np.float64], choice: Choice, *, dark: bool = False
) -> Scale:
    """Choose the colour scale for the numbers shown."""
    if choice.module == "Difference":
        return Scale.fit(values, "difference", dark=dark)
    kind = "lift" if choice.measure == "Lift" else "sequential"
    return Scale.fit(values, kind, dark=dark)


def painted(
    bonds: DrawnBonds,
    values: NDArray[np.float64],
    choice: Choice,
    share: float,
    *,
    dark: bool = False,
) -> tuple[DrawnBonds, dict[str, Any]]:
    """Colour bonds by their numbers and keep the strongest.

    Args:
        bonds: All bonds of the crystal.
        values: One number for each, from ``shown_values``.
        choice: What the numbers are.
        share: Part of the bonds to keep, on (0, 1], strongest first; ties stay together.
        dark: Whether the page is dark.

    Returns:
        The kept bonds, and the colour bar that reads them.
    """
    scale = scale_for(values, choice, dark=dark)
    strength = scale.strength(values)
    coloured = replace(
        bonds,
        colour=scale.colours(values),
        radius=THIN + (THICK - THIN) * strength,
        note=[f"{choice.measure.lower()} {value:.4f}" for value in values],
    )
    return coloured.select(strongest(values, share)), scale.bar(choice.title)


def strongest(values: NDArray[np.float64], share: float) -> NDArray[np.bool_]:
    """Mark the given share of values by size, whole groups of equal values together."""
    if share >= 1 or not len(values):
        return np.ones(len(values), dtype=bool)
    size = np.abs(values)
    wanted = max(1, round(share * len(values)))
    limit = np.sort(size)[-wanted]
    return size >= limit - 1e-9


def bond_table(
    bonds: DrawnBonds,
    structure: Structure,
    values: NDArray[np.float64],
    site: int | None = None,
) -> pd.DataFrame:
    """List bonds with their numbers, strongest first.

    Args:
        bonds: All bonds of the crystal.
        structure: The crystal, for the names of its sites.
        values: One number for each bond.
        site: Centre whose bonds alone are listed, or None for all.

    Returns:
        One row for each bond. The number of the reverse is missing where there is none.
    """
    labels = np.array(site_labels([each.specie.symbol for each in structure]))
    reverse = np.where(bonds.one_way, np.nan, values[bonds.reverse])
    table = pd.DataFrame(
        {
            "Bond": bonds.id,
            "From": labels[bonds.i],
            "To": labels[bonds.j],
            "Image": [" ".join(map(str, image)) for image in bonds.image.tolist()],
            "Length": bonds.length,
            "Value": values,
            "Reverse": reverse,
            "Asymmetry": values - reverse,
        }
    )
    # Rounding keeps bonds that symmetry makes equal in their given order.
    order = np.lexsort((bonds.id, -np.round(np.abs(values), 9)))
    if site is not None:
        order = order[bonds.i[order] == site]
    return table.iloc[order].reset_index(drop=True)

"""Numbers of atoms made from attention, as a table and as colours of the picture."""

from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from crysformer.attention.reduce import BOTH, Choice, Module, centre_weights
from crysformer.attention.statistics import effective_neighbours, entropy
from crysformer.picture.palette import Scale
from crysformer.picture.scene import SiteColours

if TYPE_CHECKING:
    import pandas as pd

    from crysformer.attention.weights import BondAttention


class Atoms(StrEnum):
    """What the colours of atoms mean."""

    ELEMENTS = "Elements"
    EFFECTIVE_NEIGHBOURS = "Effective neighbours"
    ENTROPY = "Entropy"
    CONTRIBUTION = "Contribution"


def site_numbers(
    attention: "BondAttention", choice: Choice
) -> dict[Atoms, NDArray[np.float64]]:
    """How spread the attention of each site is, for the weights that are shown.

    For the difference of both modules it is the difference of their numbers.

    Returns:
        ``Entropy`` in nats and ``Effective neighbours``, (sites,).
    """
    if choice.module == Module.DIFFERENCE:
        one, two = (
            site_numbers(attention, Choice(name, choice.block, choice.head, choice.over))
            for name in BOTH
        )
        return {name: one[name] - two[name] for name in one}
    weights = centre_weights(attention, choice)
    return {
        Atoms.ENTROPY: entropy(weights, attention.bonds.i),
        Atoms.EFFECTIVE_NEIGHBOURS: effective_neighbours(weights, attention.bonds.i),
    }


def site_table(
    attention: "BondAttention",
    numbers: dict[str, NDArray[np.float64]],
) -> "pd.DataFrame":
    """One row for each site: its name, its number of bonds, and the numbers given."""
    # The page's first picture needs this module but no table: pandas takes a second.
    import pandas as pd

    return pd.DataFrame(
        {
            "Atom": list(attention.graph.labels),
            "Bonds": np.bincount(attention.bonds.i),
            **{str(name): values for name, values in numbers.items()},
        }
    )


def paint_sites(
    values: NDArray[np.float64], title: str, *, signed: bool, dark: bool = False
) -> SiteColours | None:
    """Turn numbers of sites into colours; None where they are not known.

    Args:
        values: (sites,).
        title: What the colour bar says, with the unit.
        signed: Whether the numbers run both ways from zero.
        dark: Whether the page is dark.
    """
    if not np.isfinite(values).all():
        return None
    scale = Scale.fit(values, "difference" if signed else "sequential", dark=dark)
    notes = [f"{title[0].lower()}{title[1:]} {value:.3g}" for value in values]
    return SiteColours(scale.colours(values), notes, scale.bar(title))

"""From attention weights to what a picture and a table show of them.

Weights come per directed bond, block and head; those of one centre sum to one. *Lift* is
a weight times the number of bonds of its centre: one means "no more than any other bond
here", which makes atoms with different numbers of neighbours comparable.
"""

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray
from pymatgen.core import Structure

from crysformer.drawn_bonds import DrawnBonds
from crysformer.palette import Scale
from crysformer.scene import site_labels

# Importing pandas takes time that a page's first picture should not wait for.
if TYPE_CHECKING:
    import pandas as pd

    from crysformer.attention import BondAttention

Module = Literal["Cross", "Conditional", "Difference"]
MODULES: tuple[Module, ...] = get_args(Module)
Over = Literal["Mean", "Maximum"]
OVERS: tuple[Over, ...] = get_args(Over)
Measure = Literal["Lift", "Weight"]
MEASURES: tuple[Measure, ...] = get_args(Measure)

THIN, THICK = 0.02, 0.14
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
    measure: Measure = "Lift"

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


def strongest(values: NDArray[np.float64], share: float) -> NDArray[np.bool_]:
    """Mark the given share of values by size, whole groups of equal values together."""
    if share >= 1 or not len(values):
        return np.ones(len(values), dtype=bool)
    size = np.abs(values)
    wanted = max(1, round(share * len(values)))
    limit = np.sort(size)[-wanted]
    return size >= limit - 1e-9


@dataclass(frozen=True)
class Picture:
    """What the view and the table of one page show.

    Attributes:
        bonds: Bonds to draw, coloured.
        colour_bar: Reads their colours.
        table: One row for each bond or pair, strongest first; ``Bond`` is its id.
        heading: What the table lists, in words.
        wedges: Coloured angles.
        focus: The one atom whose bonds are drawn, or None for all.
    """

    bonds: DrawnBonds
    colour_bar: dict[str, Any] | None
    table: "pd.DataFrame"
    heading: str
    wedges: list[dict[str, Any]] = field(default_factory=list)
    focus: int | None = None

    def scene_arguments(self) -> dict[str, Any]:
        """Return what ``build_scene`` takes beside structure, bonds and view."""
        return {
            "colour_bar": self.colour_bar,
            "wedges": self.wedges,
            "focus": self.focus,
        }


def all_bonds(attention: "BondAttention") -> DrawnBonds:
    """Return the bonds of the network's graph, uncoloured."""
    return DrawnBonds(
        id=np.arange(len(attention)),
        i=attention.i,
        j=attention.j,
        image=attention.image,
        length=attention.length,
        reverse=attention.reverse,
    )


def bond_picture(
    structure: Structure,
    attention: "BondAttention",
    choice: Choice,
    *,
    share: float = 1.0,
    site: int | None = None,
    dark: bool = False,
) -> Picture:
    """Show the attention of bonds.

    Args:
        structure: The crystal, for the names of its sites.
        attention: Weights of all bonds.
        choice: Which number to show.
        share: Part of the bonds to draw, on (0, 1], strongest first; equal bonds stay
            together.
        site: Centre whose bonds alone are shown, or None for all.
        dark: Whether the page is dark.
    """
    bonds = all_bonds(attention)
    values = shown_values(
        attention.cross, attention.conditional, attention.degree, choice
    )
    scale = scale_for(values, choice, dark=dark)
    coloured = replace(
        bonds,
        colour=scale.colours(values),
        radius=THIN + (THICK - THIN) * scale.strength(values),
        note=[f"{choice.measure.lower()} {value:.4f}" for value in values],
    )
    drawn = strongest(values, share)
    if site is not None:
        drawn = drawn & (bonds.i == site)
    table = _bond_table(structure, bonds, values, site)
    return Picture(
        coloured.select(drawn),
        scale.bar(choice.title),
        table,
        f"{len(table)} directed bonds"
        + ("" if site is None else f" of {table['From'].iloc[0]}"),
        focus=site,
    )


def _bond_table(
    structure: Structure,
    bonds: DrawnBonds,
    values: NDArray[np.float64],
    site: int | None,
) -> "pd.DataFrame":
    import pandas as pd

    labels = np.array(site_labels([each.specie.symbol for each in structure]))
    # Where a bond has no reverse, neither has the table.
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
    order = ranked(values)
    if site is not None:
        order = order[bonds.i[order] == site]
    return table.iloc[order].reset_index(drop=True)


def ranked(values: NDArray[np.float64]) -> NDArray[np.intp]:
    """Order from the largest to the smallest number by size, equal ones as given."""
    return np.argsort(-np.round(np.abs(values), 9), kind="stable")

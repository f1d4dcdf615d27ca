"""From attention weights to what a picture and a table show of them."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from crysformer.attention.filter import KEEP_ALL, Filter
from crysformer.attention.reduce import Choice, Over, bond_values, scale_for
from crysformer.attention.statistics import of_reverse
from crysformer.graph.crystal import CrystalGraph
from crysformer.picture.bonds import DrawnBonds
from crysformer.picture.palette import Scale

# Importing pandas takes time that a page's first picture should not wait for.
if TYPE_CHECKING:
    import pandas as pd

    from crysformer.attention.weights import BondAttention

THIN, THICK = 0.02, 0.14


@dataclass(frozen=True)
class Drawing:
    """How numbers become bonds in a picture.

    Attributes:
        keep: Which bonds are drawn.
        thickness: Factor on the radius of bonds.
        one_scale: Whether colours mean the same in every block and head, instead of
            being fitted to what is shown.
        dark: Whether the page is dark.
    """

    keep: Filter = KEEP_ALL
    thickness: float = 1.0
    one_scale: bool = False
    dark: bool = False


PLAIN = Drawing()


@dataclass(frozen=True)
class Picture:
    """What the view and the table of one page show.

    Attributes:
        bonds: Bonds to draw, coloured.
        colour_bar: Reads their colours.
        table: One row for each bond or pair, strongest first; ``Bond`` is its id,
            ``Orbit`` is shared by those that symmetry makes equal, and ``Equal`` is how
            many of those one centre (or one bond) has.
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


def model_bonds(graph: CrystalGraph) -> DrawnBonds:
    """Return the bonds of the network's graph, uncoloured."""
    bonds = graph.bonds
    return DrawnBonds(
        id=np.arange(len(bonds)),
        i=bonds.i,
        j=bonds.j,
        image=bonds.image,
        length=bonds.length,
        reverse=bonds.reverse,
    )


def bond_picture(
    attention: "BondAttention",
    choice: Choice,
    drawing: Drawing = PLAIN,
    *,
    site: int | None = None,
    scale: Scale | None = None,
    also: Sequence[int] = (),
) -> Picture:
    """Show the attention of bonds.

    Args:
        attention: Weights of all bonds.
        choice: Which number to show.
        drawing: Which bonds to draw, and how.
        site: Centre whose bonds alone are shown, or None for all.
        scale: Colours, from ``shared_scale``; None takes that of this choice alone.
        also: Bonds that are drawn whatever the filter says.
    """
    bonds, values = model_bonds(attention.graph), bond_values(attention, choice)
    scale = scale or shared_scale(attention, (choice,), drawing)
    coloured = replace(
        bonds,
        colour=scale.colours(values),
        radius=drawing.thickness * (THIN + (THICK - THIN) * scale.strength(values)),
        note=[f"{choice.measure.lower()} {value:.4f}" for value in values],
    )
    drawn = drawing.keep.keep(values, bonds.i)
    drawn[list(also)] = True
    if site is not None:
        drawn = drawn & (bonds.i == site)
    table = _bond_table(attention.graph, bonds, values, site)
    return Picture(
        coloured.select(drawn),
        scale.bar(choice.title),
        table,
        f"{len(table)} directed bonds"
        + ("" if site is None else f" of {table['From'].iloc[0]}"),
        focus=site,
    )


def shared_scale(
    attention: "BondAttention", choices: Sequence[Choice], drawing: Drawing
) -> Scale:
    """Find one colour scale for pictures that stand side by side."""
    take = _every_value if drawing.one_scale else bond_values
    values = np.concatenate([take(attention, choice) for choice in choices])
    return scale_for(values, choices[0], dark=drawing.dark)


def _every_value(attention: "BondAttention", choice: Choice) -> NDArray[np.float64]:
    """Numbers of all single blocks and heads, for a colour scale they share."""
    _, blocks, heads = attention.cross.shape
    return np.concatenate(
        [
            bond_values(
                attention, replace(choice, block=block, head=head, over=Over.MEAN)
            )
            for block in range(blocks)
            for head in range(heads)
        ]
    )


def _bond_table(
    graph: CrystalGraph,
    bonds: DrawnBonds,
    values: NDArray[np.float64],
    site: int | None,
) -> "pd.DataFrame":
    # The page's first picture needs this module but no table: pandas takes a second.
    import pandas as pd

    labels = np.array(graph.labels)
    # Where a bond has no reverse, neither has the table.
    reverse = of_reverse(values, bonds.reverse)
    table = pd.DataFrame(
        {
            "Bond": bonds.id,
            "Orbit": graph.bonds.orbit,
            "Equal": graph.bonds.multiplicity,
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


def independent(table: "pd.DataFrame") -> "pd.DataFrame":
    """Keep one of all bonds or pairs that symmetry makes equal, in the table's order."""
    return table.drop_duplicates("Orbit").reset_index(drop=True)


def ranked(values: NDArray[np.float64]) -> NDArray[np.intp]:
    """Order from the largest to the smallest number by size, equal ones as given."""
    return np.argsort(-np.round(np.abs(values), 9), kind="stable")

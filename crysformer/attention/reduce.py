"""Which number of each bond is shown: module, block, head, and how they are combined.

Weights come per directed bond, block and head; those of one centre sum to one. *Lift* is
a weight times the number of bonds of its centre: one means "no more than any other bond
here", which makes atoms with different numbers of neighbours comparable.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from crysformer.attention.rollout import module_steps, roll_out
from crysformer.attention.statistics import lift, normalised
from crysformer.picture.palette import Scale

if TYPE_CHECKING:
    from crysformer.attention.weights import BondAttention, PairAttention


class Module(StrEnum):
    """An attention module, or the first minus the second."""

    CROSS = "Cross"
    CONDITIONAL = "Conditional"
    DIFFERENCE = "Difference"


BOTH = (Module.CROSS, Module.CONDITIONAL)


class Over(StrEnum):
    """How blocks and heads are taken together."""

    MEAN = "Mean"
    MAXIMUM = "Maximum"
    ROLL_OUT = "Roll-out"


class Measure(StrEnum):
    """What the number of a bond is."""

    LIFT = "Lift"
    WEIGHT = "Weight"


_TITLES = {
    (Measure.WEIGHT, False): "Attention weight",
    (Measure.LIFT, False): "Lift over uniform attention (1 = uniform)",
    (Measure.WEIGHT, True): "Weight, cross − conditional",
    (Measure.LIFT, True): "Lift, cross − conditional",
}


@dataclass(frozen=True)
class Choice:
    """Which number of each bond to show.

    Attributes:
        module: One attention module, or cross minus conditional.
        block: Index of a block; None takes all together.
        head: Index of a head; None takes all together.
        over: How blocks and heads are taken together. A roll-out is over all blocks and
            the mean of the heads, whatever ``block`` and ``head`` say (``rollout``).
        measure: The weight itself or its lift over uniform attention.
    """

    module: Module = Module.CROSS
    block: int | None = None
    head: int | None = None
    over: Over = Over.MEAN
    measure: Measure = Measure.LIFT

    @property
    def title(self) -> str:
        """Words for the number shown."""
        return _TITLES[self.measure, self.module == Module.DIFFERENCE]

    @property
    def part(self) -> str:
        """Which blocks and heads of which module, in words."""
        if self.over == Over.ROLL_OUT:
            return f"{self.module.lower()}, roll-out over all blocks"
        places = [
            f"{self.over.lower()} over {name}s"
            if index is None
            else f"{name} {index + 1}"
            for name, index in (("block", self.block), ("head", self.head))
        ]
        return ", ".join([self.module.lower(), *places])


def weights_of(
    attention: "BondAttention | PairAttention", module: Module
) -> NDArray[np.float64]:
    """Weights of one of both modules, (bonds or pairs, blocks, heads)."""
    return {
        Module.CROSS: attention.cross,
        Module.CONDITIONAL: attention.conditional,
    }[module]


def shown_values(
    cross: NDArray[np.floating],
    conditional: NDArray[np.floating],
    degree: NDArray[np.integer],
    choice: Choice,
) -> NDArray[np.float64]:
    """Reduce weights to one number for each bond or pair, by mean or maximum.

    Args:
        cross: Weights of the cross-attention, ``(bonds, blocks, heads)``.
        conditional: Weights of the conditional attention, same shape.
        degree: Number of bonds of each bond's centre, ``(bonds,)``.
        choice: What to show.

    Returns:
        Numbers, ``(bonds,)``. A maximum over blocks and heads no longer sums to one.
    """
    return _measured(
        _reduced(cross, choice), _reduced(conditional, choice), degree, choice
    )


def bond_values(attention: "BondAttention", choice: Choice) -> NDArray[np.float64]:
    """Reduce the weights of a crystal's bonds to one number each, roll-outs included."""
    if choice.over != Over.ROLL_OUT:
        return shown_values(
            attention.cross, attention.conditional, attention.bonds.degree, choice
        )
    cross, conditional = (
        roll_out(attention.bonds, module_steps(weights)).weight
        for weights in (attention.cross, attention.conditional)
    )
    return _measured(cross, conditional, attention.bonds.degree, choice)


def values_per_head(
    cross: NDArray[np.float64], conditional: NDArray[np.float64], choice: Choice
) -> NDArray[np.float64]:
    """Weights of every head: of the chosen block, or the mean over blocks.

    Args:
        cross: Weights of the cross-attention, ``(bonds, blocks, heads)``.
        conditional: Weights of the conditional attention, same shape.
        choice: Module and block; the rest does not matter.

    Returns:
        Weights, ``(bonds, heads)``.
    """
    blocks = slice(None) if choice.block is None else [choice.block]
    one, two = (weights[:, blocks].mean(axis=1) for weights in (cross, conditional))
    return _of_module(one, two, choice)


def bond_values_per_head(
    attention: "BondAttention", choice: Choice
) -> NDArray[np.float64]:
    """Numbers of every head for a crystal's bonds, in the chosen measure."""
    values = values_per_head(attention.cross, attention.conditional, choice)
    if choice.measure == Measure.LIFT:
        return lift(values, attention.bonds.degree)
    return values


def centre_weights(attention: "BondAttention", choice: Choice) -> NDArray[np.float64]:
    """Numbers of one module as weights that sum to one at each centre, (bonds,).

    Means and roll-outs do already; a maximum is divided by its sum.
    """
    values = bond_values(
        attention,
        Choice(choice.module, choice.block, choice.head, choice.over, Measure.WEIGHT),
    )
    return normalised(values, attention.bonds.i)


def scale_for(
    values: NDArray[np.float64], choice: Choice, *, dark: bool = False
) -> Scale:
    """Choose the colour scale for the numbers shown."""
    if choice.module == Module.DIFFERENCE:
        return Scale.fit(values, "difference", dark=dark)
    kind = "lift" if choice.measure == Measure.LIFT else "sequential"
    return Scale.fit(values, kind, dark=dark)


def _measured(
    cross: NDArray[np.float64],
    conditional: NDArray[np.float64],
    degree: NDArray[np.integer],
    choice: Choice,
) -> NDArray[np.float64]:
    values = _of_module(cross, conditional, choice)
    return lift(values, degree) if choice.measure == Measure.LIFT else values


def _of_module(
    cross: NDArray[np.float64], conditional: NDArray[np.float64], choice: Choice
) -> NDArray[np.float64]:
    return {
        Module.CROSS: cross,
        Module.CONDITIONAL: conditional,
        Module.DIFFERENCE: cross - conditional,
    }[choice.module]


def _reduced(weights: NDArray[np.floating], choice: Choice) -> NDArray[np.float64]:
    weights = np.asarray(weights, dtype=float)
    if choice.block is not None:
        weights = weights[:, choice.block : choice.block + 1]
    if choice.head is not None:
        weights = weights[:, :, choice.head : choice.head + 1]
    take = weights.max if choice.over == Over.MAXIMUM else weights.mean
    return take(axis=(1, 2))

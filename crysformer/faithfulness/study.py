"""Does attention say which bonds matter? Knock-out effects against attention, by ranks.

For each undirected orbit of bonds (``orbits``) the network predicts again without
it (``knockout``). The size of the change is compared with the orbit's share of all
attention, and with what needs no attention to be known:

* *number of bonds*: each bond gets an even share of its atom's attention, so large orbits
  win by size alone;
* *1 / length*: each bond gets a share in proportion to one over its length;
* *gradient x input*: see ``saliency.gradient_times_input``; it looks into the network and
  is the bar to reach rather than a rival without knowledge;
* *random*: each bond gets a weight drawn at random, symmetry-equal ones the same.

All of them are sums over the bonds of an orbit, as the effect is.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from crysformer.arrays import FloatArray
from crysformer.attention.forward_pass import ForwardPass
from crysformer.attention.statistics import normalised
from crysformer.attention.weights import BondAttention
from crysformer.errors import StructureError
from crysformer.faithfulness.controls import shuffled
from crysformer.faithfulness.curves import Curves, random_scores, trace_curves
from crysformer.faithfulness.knockout import Variant, knock_out
from crysformer.faithfulness.orbits import BondOrbits, find_orbits
from crysformer.faithfulness.saliency import gradient_times_input
from crysformer.graph.bonds import CrystalBonds
from crysformer.model.network import Crysformer

Aggregate = Callable[[BondAttention], FloatArray]
Report = Callable[[float, str], None]

MAX_WORK = 8_000_000
"""Orbits times the work of the graph: about a minute on one core."""

NUM_SHUFFLED, NUM_RANDOM, NUM_DRAWS = 5, 2, 20
BONDS, LENGTH, RANDOM = "Number of bonds", "1 / length", "Random"
GRADIENT = "Gradient × input"


@dataclass(frozen=True)
class Study:
    """What taking bonds away does to one crystal, and what might have told it.

    Attributes:
        orbits: The undirected bonds.
        outputs: Standardised prediction for the whole graph, (outputs,).
        change: By variant, prediction without an orbit minus the whole one,
            (orbits, outputs).
        gradient: Gradient x input, (orbits, outputs).
        attention: By module, share of all attention on each orbit, (orbits,).
        geometry: The same for pretended attention that knows only lengths, or nothing,
            (orbits,).
        random: The same for random weights, (draws, orbits).
        shuffled: By module, shares under networks with shuffled weights,
            (networks, orbits).
        curves: Deletion and insertion by the name of the order.
    """

    orbits: BondOrbits
    outputs: FloatArray
    change: dict[Variant, FloatArray]
    gradient: FloatArray
    attention: dict[str, FloatArray]
    geometry: dict[str, FloatArray]
    random: FloatArray
    shuffled: dict[str, FloatArray]
    curves: dict[str, Curves]

    def effect(self, output: int, variant: Variant = Variant.MASKED) -> FloatArray:
        """Size of the change of one output without each orbit, (orbits,)."""
        return np.abs(self.change[variant][:, output])


def study(
    model: Crysformer,
    seen: ForwardPass,
    aggregate: Mapping[str, Aggregate],
    report: Report = lambda *_: None,
    *,
    curves: bool = True,
) -> Study:
    """Remove every undirected orbit in turn and gather what might predict the effect.

    Args:
        model: Network in evaluation mode.
        seen: Its pass over the crystal.
        aggregate: By module, one number for each directed bond from all weights, such
            as the mean over blocks and heads, (bonds,).
        report: Called with the share done and what is being done.
        curves: Whether to trace deletion and insertion curves.
    """
    graph, bonds = seen.graph.arrays, seen.graph.bonds
    orbits = find_orbits(bonds)
    if len(orbits) * graph.work > MAX_WORK:
        raise StructureError(
            f"This crystal has {len(orbits)} independent bonds; removing them one by one "
            "would take minutes of processor time. Choose a smaller or more symmetric "
            "crystal."
        )
    rows = [orbits.rows(k) for k in range(len(orbits))]
    report(0.02, "Removing bonds")
    change = {}
    for number, variant in enumerate(Variant):

        def advance(share: float, number: int = number) -> None:
            report(0.02 + 0.28 * (number + share), "Removing bonds")

        change[variant] = knock_out(model, graph, rows, variant, advance) - seen.outputs
    report(0.6, "Computing gradients")
    gradient = gradient_times_input(model, graph, orbits)
    attention = {
        name: shares(take(seen.bond_attention), bonds, orbits)
        for name, take in aggregate.items()
    }
    geometry = {
        BONDS: shares(np.ones(len(bonds)), bonds, orbits),
        LENGTH: shares(1.0 / bonds.length, bonds, orbits),
    }
    draws = np.random.default_rng(2).random((NUM_DRAWS, int(bonds.orbit.max()) + 1))
    random = np.stack([shares(draw[bonds.orbit], bonds, orbits) for draw in draws])
    report(0.7, "Shuffling weights")
    others = [
        ForwardPass.of(shuffled(model, seed), seen.graph).bond_attention
        for seed in range(NUM_SHUFFLED)
    ]
    mixed = {
        name: np.stack([shares(take(other), bonds, orbits) for other in others])
        for name, take in aggregate.items()
    }
    traced = {}
    if curves:
        scores = {**attention, LENGTH: geometry[LENGTH]}
        scores |= {
            f"{RANDOM} {k + 1}": score
            for k, score in enumerate(random_scores(orbits, NUM_RANDOM))
        }
        traced = trace_curves(
            model,
            graph,
            orbits,
            scores,
            lambda share: report(0.75 + 0.25 * share, "Computing curves"),
        )
    return Study(
        orbits,
        seen.outputs,
        change,
        gradient,
        attention,
        geometry,
        random,
        mixed,
        traced,
    )


def shares(values: FloatArray, bonds: CrystalBonds, orbits: BondOrbits) -> FloatArray:
    """Share of all attention that falls on each orbit; sums to one.

    Args:
        values: One number for each directed bond; normalised to one at each centre here.
        bonds: The bonds.
        orbits: The undirected orbits.
    """
    total = orbits.total(normalised(values, bonds.i))
    return total / total.sum()

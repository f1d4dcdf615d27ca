"""Deletion and insertion curves: the prediction as bonds go, or come, in some order.

Bonds are taken out as whole orbits, before the softmax, most important first by the order
under test (Samek et al., IEEE Trans. Neural Netw. Learn. Syst. 28, 2660 (2017); Petsiuk
et al., BMVC 2018). Each point is ``|y - y_whole| / |y_none - y_whole|``: zero is the
prediction for the whole graph, one that without any bond. A good order makes the deletion
curve rise early, so its area is large, and the insertion curve fall early, so its area is
small.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from crysformer.arrays import FloatArray, IntArray
from crysformer.faithfulness.knockout import Progress, knock_out
from crysformer.faithfulness.orbits import BondOrbits
from crysformer.graph.arrays import GraphArrays
from crysformer.model.network import Crysformer

NUM_STEPS = 12
# Many orbits make large graphs: fewer steps keep the whole test within seconds.
_COARSE_STEPS, _MANY_ORBITS = 5, 30


class Way(StrEnum):
    """Whether bonds go or come."""

    DELETION = "deletion"
    INSERTION = "insertion"

    @property
    def label(self) -> str:
        """Word for people; URLs have it, too."""
        return self.capitalize()


@dataclass(frozen=True)
class Curves:
    """One order's way from the whole graph to none, and back.

    Attributes:
        fraction: Part of the directed bonds taken out, from 0 to 1, (points,).
        deletion: Relative change with these bonds gone, (points, outputs).
        inserted: Part of the bonds put in, from 0 to 1, (points,).
        insertion: Relative change with only these bonds there, (points, outputs).
    """

    fraction: FloatArray
    deletion: FloatArray
    inserted: FloatArray
    insertion: FloatArray

    def points(self, way: Way) -> tuple[FloatArray, FloatArray]:
        """Part of the bonds, (points,), and the relative change, (points, outputs)."""
        if way == Way.DELETION:
            return self.fraction, self.deletion
        return self.inserted, self.insertion

    def area(self, way: Way) -> FloatArray:
        """Area under one of both curves, (outputs,)."""
        return self.deletion_area if way == Way.DELETION else self.insertion_area

    @property
    def deletion_area(self) -> FloatArray:
        """Area under the deletion curve; large is good, (outputs,)."""
        return np.trapezoid(self.deletion, self.fraction, axis=0)

    @property
    def insertion_area(self) -> FloatArray:
        """Area under the insertion curve; small is good, (outputs,)."""
        return np.trapezoid(self.insertion, self.inserted, axis=0)


def random_scores(orbits: BondOrbits, number: int) -> list[FloatArray]:
    """Importances drawn at random, the same ones each time."""
    generator = np.random.default_rng(1)
    return [generator.random(len(orbits)) for _ in range(number)]


def trace_curves(
    model: Crysformer,
    graph: GraphArrays,
    orbits: BondOrbits,
    scores: Mapping[str, FloatArray],
    progress: Progress = lambda _: None,
) -> dict[str, Curves]:
    """Follow the prediction along several orders.

    Args:
        model: Network in evaluation mode.
        graph: Graph of the crystal.
        orbits: Its undirected bonds.
        scores: Importance of each orbit by the name of the order, (orbits,).
        progress: Called with the share done.
    """
    orders = {
        name: np.argsort(-np.round(score, 9), kind="stable")
        for name, score in scores.items()
    }
    removed: list[IntArray] = []
    for order in orders.values():
        for first in (order, order[::-1]):
            removed += _prefixes(first)
    # Every order begins with the whole graph and ends with none: predicted once.
    sets = {tuple(np.sort(each).tolist()) for each in removed}
    number_of = {each: number for number, each in enumerate(sorted(sets))}
    rows = [
        np.flatnonzero(np.isin(orbits.of_row, np.array(each, dtype=np.int64)))
        for each in number_of
    ]
    found = knock_out(model, graph, rows, progress=progress)
    outputs = found[[number_of[tuple(np.sort(each).tolist())] for each in removed]]
    length = len(removed) // (2 * len(orders))
    whole, none = outputs[0], outputs[length - 1]
    with np.errstate(divide="ignore", invalid="ignore"):
        change = np.abs(outputs - whole) / np.abs(none - whole)
    gone = np.array([orbits.share[each].sum() for each in removed])
    curves = {}
    for number, name in enumerate(orders):
        first = slice(2 * number * length, (2 * number + 1) * length)
        last = slice(first.stop, first.stop + length)
        # To put the best ones in is to take the worst ones out, read backwards.
        curves[name] = Curves(
            gone[first], change[first], 1.0 - gone[last][::-1], change[last][::-1]
        )
    return curves


def _prefixes(order: IntArray) -> Sequence[IntArray]:
    """The first none, some, more, all of an order, in at most ``NUM_STEPS`` steps."""
    steps = min(NUM_STEPS if len(order) < _MANY_ORBITS else _COARSE_STEPS, len(order))
    ends = np.unique(np.rint(np.linspace(0, len(order), steps + 1)).astype(int))
    return [order[:end] for end in ends]

"""Which neighbours a model sees: how many, how far beyond, and the version of graphs."""

from dataclasses import dataclass

NUM_NEIGHBOURS = 12
"""Neighbours of every atom before ties are added [paper]."""

GRAPH_VERSION = 2
"""Raised whenever the same structure and rule would give another graph, after a change of
``NUM_NEIGHBOURS`` too: stores of graphs built before are not read again."""


@dataclass(frozen=True)
class NeighbourRule:
    """Which neighbours an atom has; part of a model's configuration.

    The defaults are those of the shipped model.

    Attributes:
        tie_tolerance: Distance beyond the 12th neighbour that still counts, in Å.
        envelope: Whether neighbours beyond the 12th fade to weight zero at the tolerance.
    """

    tie_tolerance: float = 0.25
    envelope: bool = True

"""Which bonds a model sees."""

from dataclasses import dataclass


@dataclass(frozen=True)
class NeighbourRule:
    """Which neighbours an atom has; part of a model's configuration.

    Attributes:
        tie_tolerance: Distance beyond the 12th neighbour that still counts, in Å.
        envelope: Whether neighbours beyond the 12th fade to weight zero at the tolerance.
    """

    tie_tolerance: float = 0.1
    envelope: bool = False

"""Which bonds a picture keeps: the strongest share, the strongest of each atom, a limit.

Equal numbers stay together, so symmetry is never torn apart by a filter.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_SLACK = 1e-9


@dataclass(frozen=True)
class Filter:
    """Conditions that a drawn bond meets, all of them.

    Attributes:
        share: Part of all bonds, strongest first, on (0, 1].
        per_atom: Bonds of each centre, strongest first; None keeps all.
        at_least: Size of the number itself; None keeps all.
    """

    share: float = 1.0
    per_atom: int | None = None
    at_least: float | None = None

    def keep(
        self, values: NDArray[np.float64], centre: NDArray[np.int64]
    ) -> NDArray[np.bool_]:
        """Mark the bonds to draw, (bonds,).

        Args:
            values: The numbers shown; their size counts.
            centre: Centre of each bond.
        """
        kept = strongest(values, self.share)
        if self.per_atom is not None:
            kept &= strongest_of_each(values, centre, self.per_atom)
        if self.at_least is not None:
            kept &= np.abs(values) >= self.at_least - _SLACK
        return kept


KEEP_ALL = Filter()


def strongest(values: NDArray[np.float64], share: float) -> NDArray[np.bool_]:
    """Mark the given share of values by size, whole groups of equal values together."""
    if share >= 1 or not len(values):
        return np.ones(len(values), dtype=bool)
    size = np.abs(values)
    wanted = max(1, round(share * len(values)))
    limit = np.sort(size)[-wanted]
    return size >= limit - _SLACK


def strongest_of_each(
    values: NDArray[np.float64], centre: NDArray[np.int64], number: int
) -> NDArray[np.bool_]:
    """Mark the strongest bonds of each centre, equal ones together."""
    size = np.abs(values)
    order = np.lexsort((-size, centre))
    starts = np.flatnonzero(np.diff(centre[order], prepend=-1))
    degree = np.diff(np.append(starts, len(order)))
    last = order[starts + np.minimum(number, degree) - 1]
    limit = np.full(int(centre.max(initial=0)) + 1, np.inf)
    limit[centre[last]] = size[last]
    return size >= limit[centre] - _SLACK

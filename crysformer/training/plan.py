"""Which crystals make up each training step, and how ranks share them."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class BatchPlan:
    """A reproducible shuffle of the training crystals, the same on every rank.

    Attributes:
        work: Cost of each crystal, (crystals,).
        batch_size: Crystals of one step, over all ranks.
        seed: Of the shuffles.
    """

    work: NDArray[np.int64]
    batch_size: int
    seed: int

    @property
    def steps_per_pass(self) -> int:
        """Full steps in one pass over the crystals."""
        return max(1, len(self.work) // self.batch_size)

    def passes(self, step: int) -> float:
        """How often the first steps have gone over the crystals."""
        return step * self.batch_size / len(self.work)

    def steps(self, first: int) -> Iterator[tuple[int, NDArray[np.int64]]]:
        """Yield (step, crystals) from a step on, without end.

        A run resumed at any step goes on with the very batches it would have had.
        """
        step = first
        while True:
            order = self._order(step // self.steps_per_pass)
            position = step % self.steps_per_pass
            for start in range(position, self.steps_per_pass):
                yield step, order[start * self.batch_size : (start + 1) * self.batch_size]
                step += 1

    def _order(self, epoch: int) -> NDArray[np.int64]:
        return np.random.default_rng((self.seed, epoch)).permutation(len(self.work))


def share_by_work(
    crystals: NDArray[np.int64], work: NDArray[np.int64], num_ranks: int
) -> list[NDArray[np.int64]]:
    """Deal crystals out so that all ranks have about the same work.

    Largest first, each to the rank with the least so far: 5 % of crystals hold a third of
    all angles, and every rank waits for the slowest. With at least as many crystals as
    ranks nobody is left without one.
    """
    shares: list[list[int]] = [[] for _ in range(num_ranks)]
    loads = np.zeros(num_ranks)
    for crystal in crystals[np.argsort(-work[crystals], kind="stable")]:
        rank = int(loads.argmin())
        shares[rank].append(int(crystal))
        loads[rank] += work[crystal]
    return [np.array(share, dtype=np.int64) for share in shares]

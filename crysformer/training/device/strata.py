"""Batches that are alike in size: one crystal of each stratum of work."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from crysformer.errors import SettingsError
from crysformer.training.device.graphs import Sizes

_SPARE = Sizes(64, 512, 2048)
"""Rows of the filler at least, at the sizes that the first passes ask for."""

_MARGIN = 1.01
"""How far sizes exceed the largest batch of the first passes."""

_STEP = 128
"""Sizes are multiples of it: matrix products on GPUs work in tiles."""

_PASSES = 3
"""Passes whose batches the sizes are taken from."""

_TRIES = 1000
"""Shuffles of a pass before giving up; nearly all fit at once."""


@dataclass(frozen=True)
class StratifiedPlan:
    """Reproducible passes over all crystals in batches of nearly the same rows.

    Crystals are sorted by work and cut into as many strata as a rank has places in a
    batch; each batch takes one crystal of each stratum for every rank. Within a stratum
    crystals are dealt out to ranks once and for all, so that no rank needs the graphs of
    another. Places that are left when all crystals have one are empty, and hold the index
    ``len(work)``.

    Attributes:
        work: Cost of each crystal, (crystals,).
        rows: Atoms, bonds and angles of each crystal, (crystals, 3).
        batch_size: Crystals of one step over all ranks.
        seed: Of the shuffles.
        num_ranks: Ranks that share a batch: rank r takes every ``num_ranks``-th of its
            crystals from the r-th on.
    """

    work: NDArray[np.int64]
    rows: NDArray[np.int64]
    batch_size: int
    seed: int
    num_ranks: int = 1

    def __post_init__(self) -> None:
        if self.batch_size % self.num_ranks:
            raise SettingsError(
                f"batch_size {self.batch_size} is not divisible by {self.num_ranks} GPUs."
            )

    @property
    def steps_per_pass(self) -> int:
        """Steps in which every crystal has its turn."""
        return -(-len(self.work) // self.batch_size)

    def passes(self, step: int) -> float:
        """How often the first steps have gone over the crystals."""
        return step / self.steps_per_pass

    @cached_property
    def sizes(self) -> Sizes:
        """Rows of every batch of a rank, with room for a filler."""
        largest = np.max(
            [self._rows_of(self._shuffled(number, 0)) for number in range(_PASSES)],
            axis=(0, 1, 2),
        )
        rows = np.ceil((largest * _MARGIN + _SPARE) / _STEP).astype(int) * _STEP
        return Sizes(*rows.tolist())

    def shard(self, rank: int) -> NDArray[np.int64]:
        """The crystals that a rank ever sees, ascending."""
        mine = self._strata[..., rank]
        return np.sort(mine[mine < len(self.work)])

    def steps(self, first: int) -> Iterator[tuple[int, NDArray[np.int64]]]:
        """Yield (step, crystals) from a step on, without end.

        A run resumed at any step goes on with the very batches it would have had.
        """
        step = first
        while True:
            table = self._table(step // self.steps_per_pass)
            for crystals in table[step % self.steps_per_pass :]:
                yield step, crystals
                step += 1

    @cached_property
    def _strata(self) -> NDArray[np.int64]:
        """By work, (strata, steps, ranks): of each stratum one a step for every rank."""
        steps = self.steps_per_pass
        empty = np.full(steps * self.batch_size - len(self.work), len(self.work))
        order = np.concatenate([empty, np.argsort(self.work, kind="stable")])
        return order.reshape(-1, steps, self.num_ranks)

    def _table(self, number: int) -> NDArray[np.int64]:
        """Crystals of a pass, (steps, batch_size): a shuffle all of whose batches fit."""
        for attempt in range(_TRIES):
            table = self._shuffled(number, attempt)
            if (self._rows_of(table) < self.sizes).all():
                return table
        raise AssertionError(f"no shuffle of pass {number} fits {self.sizes}")

    def _shuffled(self, number: int, attempt: int) -> NDArray[np.int64]:
        """Every crystal once, each stratum in an order of its own."""
        random = np.random.default_rng((self.seed, number, attempt))
        shuffled = random.permuted(self._strata, axis=1).swapaxes(0, 1)
        return shuffled.reshape(self.steps_per_pass, self.batch_size)

    def _rows_of(self, table: NDArray[np.int64]) -> NDArray[np.int64]:
        """Rows of each rank's share of each step, (steps, ranks, 3)."""
        rows = np.vstack([self.rows, np.zeros((1, 3), np.int64)])
        shared = rows[table].reshape(len(table), -1, self.num_ranks, 3)
        return shared.sum(axis=1)

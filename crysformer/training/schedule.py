"""Learning rate over a run: warm-up, stable, decay.

The stable phase has no planned end, so a run can stop and resume at any minute; a decay
(1 - sqrt, after Hägele et al., arXiv 2405.18392) turns its state into final weights.
"""

import time
from dataclasses import dataclass, field


@dataclass
class Budget:
    """How much of this call's allowance is spent; without a limit, never any.

    Attributes:
        hours: Wall time allowed.
        steps: Optimiser steps allowed.
        started: Clock reading at the start.
    """

    hours: float | None = None
    steps: int | None = None
    started: float = field(default_factory=time.monotonic)

    def spent(self, steps_done: int) -> float:
        """Fraction spent so far, at most 1."""
        shares = [0.0]
        if self.hours is not None:
            elapsed = time.monotonic() - self.started
            shares.append(elapsed / max(self.hours * 3600.0, 1e-9))
        if self.steps is not None:
            shares.append(steps_done / max(self.steps, 1))
        return min(max(shares), 1.0)


def warmup_factor(steps_since_start: int, warmup_steps: int) -> float:
    """Linear rise to 1 over the first steps after a start without optimiser state."""
    return min(1.0, (steps_since_start + 1) / max(warmup_steps, 1))


def decay_factor(progress: float) -> float:
    """Fall from 1 to 0 while the progress of the decay goes from 0 to 1."""
    return 1.0 - min(max(progress, 0.0), 1.0) ** 0.5


def decay_progress(spent: float, share: float, before: float) -> float:
    """How far the decay has come.

    Args:
        spent: Fraction of the budget spent.
        share: Last part of the budget that is decay; all of it once a decay has begun.
        before: Progress an interrupted decay had already made.
    """
    if before > 0.0:
        share = 1.0
    if share <= 0.0 or spent < 1.0 - share:
        return before
    if spent >= 1.0:
        return 1.0
    return before + (1.0 - before) * (spent - (1.0 - share)) / share

"""Batches, shares of ranks, learning rate and budget."""

import time

import pytest

from crysformer.training.schedule import (
    Budget,
    decay_factor,
    decay_progress,
    warmup_factor,
)


def test_the_learning_rate_rises_stays_and_falls():
    assert [warmup_factor(step, 4) for step in range(6)] == [0.25, 0.5, 0.75, 1, 1, 1]
    assert warmup_factor(0, 0) == 1.0
    assert [decay_factor(p) for p in (-1, 0, 0.25, 1, 2)] == [1.0, 1.0, 0.5, 0.0, 0.0]


@pytest.mark.parametrize(
    ("spent", "share", "before", "progress"),
    [
        (0.0, 0.3, 0.0, 0.0),
        (0.69, 0.3, 0.0, 0.0),
        (0.85, 0.3, 0.0, 0.5),
        (1.0, 0.0, 0.0, 0.0),
        # Once begun, the whole of the next budget goes on with the decay.
        (0.0, 0.3, 0.4, 0.4),
        (0.5, 0.3, 0.4, 0.7),
        (0.5, 0.0, 0.4, 0.7),
        (1.0, 0.3, 0.4, 1.0),
    ],
)
def test_the_decay_is_the_last_part_of_the_budget(spent, share, before, progress):
    assert decay_progress(spent, share, before) == pytest.approx(progress)


@pytest.mark.parametrize("share", [0.1, 0.2, 0.3, 0.5, 1.0])
def test_a_decay_is_complete_when_the_budget_is_spent(share):
    """Not nearly: a decay short of one counts as unfinished."""
    assert decay_progress(1.0, share, 0.0) >= 1.0


def test_a_budget_counts_steps_and_hours():
    now = time.monotonic()
    assert Budget(started=now).spent(10**9) == 0.0
    assert Budget(steps=10, started=now).spent(4) == 0.4
    assert Budget(steps=10, started=now).spent(40) == 1.0
    half = Budget(hours=2.0, started=now - 3600.0)
    assert half.spent(0) == pytest.approx(0.5, abs=1e-3)
    both = Budget(hours=2.0, steps=10, started=now - 3600.0)
    assert both.spent(7) == 0.7
    assert both.spent(2) == pytest.approx(0.5, abs=1e-3)

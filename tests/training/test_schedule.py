"""Batches, shares of ranks, learning rate and budget."""

import time
from itertools import islice

import numpy as np
import pytest

from crysformer.training.plan import BatchPlan, share_by_work
from crysformer.training.schedule import (
    Budget,
    decay_factor,
    decay_progress,
    warmup_factor,
)


def test_batches_are_reproducible_and_can_be_joined_anywhere():
    plan = BatchPlan(np.ones(10, dtype=np.int64), 3, seed=5)
    assert plan.steps_per_pass == 3
    first = list(islice(plan.steps(0), 9))
    assert [step for step, _ in first] == list(range(9))
    later = list(islice(plan.steps(4), 5))
    for (step, crystals), (other_step, others) in zip(first[4:], later, strict=True):
        assert step == other_step
        assert np.array_equal(crystals, others)
    for start in (0, 3, 6):
        members = np.concatenate([crystals for _, crystals in first[start : start + 3]])
        assert len(np.unique(members)) == 9
    assert not np.array_equal(first[0][1], first[3][1])
    other = next(BatchPlan(plan.work, 3, seed=6).steps(0))[1]
    assert not np.array_equal(first[0][1], other)


def test_a_batch_larger_than_the_data_is_all_of_them():
    plan = BatchPlan(np.ones(4, dtype=np.int64), 64, seed=0)
    for _, crystals in islice(plan.steps(0), 3):
        assert sorted(crystals) == [0, 1, 2, 3]


@pytest.mark.parametrize("ranks", [1, 2, 5])
def test_ranks_share_the_work_evenly(ranks):
    """Largest first is within a third of the best possible sharing."""
    generator = np.random.default_rng(0)
    work = np.rint(np.exp(generator.normal(5.0, 1.5, size=1000))).astype(np.int64) + 1
    for _ in range(20):
        crystals = generator.choice(1000, size=32, replace=False)
        shares = share_by_work(crystals, work, ranks)
        assert sorted(np.concatenate(shares)) == sorted(crystals)
        loads = [work[share].sum() for share in shares]
        best = max(work[crystals].sum() / ranks, work[crystals].max())
        assert max(loads) <= (4 / 3) * best
    assert all(len(share) == 1 for share in share_by_work(crystals[:ranks], work, ranks))


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

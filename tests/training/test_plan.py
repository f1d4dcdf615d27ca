"""Batches, and the shares of ranks in them."""

from itertools import islice

import numpy as np
import pytest

from crysformer.training.plan import BatchPlan, share_by_work


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

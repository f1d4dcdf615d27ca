"""Passes in batches of nearly the same size."""

from itertools import islice

import numpy as np
import pytest

from crysformer.errors import SettingsError
from crysformer.training.device.strata import StratifiedPlan
from crysformer.training.plan import BatchPlan


def plan(count: int, batch_size: int, ranks: int = 1, seed: int = 0) -> StratifiedPlan:
    """Crystals with as widely spread angles as those of JARVIS-DFT."""
    generator = np.random.default_rng(3)
    angles = np.rint(np.exp(generator.normal(4.7, 1.3, count))).astype(np.int64)
    angles = np.minimum(angles, 4000)  # as the limit of a recipe has it
    rows = np.stack([1 + angles // 60, 1 + angles // 10, angles], axis=1)
    return StratifiedPlan(angles + 10 * rows[:, 1], rows, batch_size, seed, ranks)


@pytest.mark.parametrize("ranks", [1, 2, 4])
@pytest.mark.parametrize("count", [1000, 1024, 1025, 3])
def test_every_crystal_has_its_turn_once_a_pass(count, ranks):
    made = plan(count, 16, ranks)
    assert made.steps_per_pass == -(-count // 16)
    found = list(islice(made.steps(0), 2 * made.steps_per_pass))
    assert [step for step, _ in found] == list(range(len(found)))
    for start in (0, made.steps_per_pass):
        batches = found[start : start + made.steps_per_pass]
        members = np.concatenate([crystals for _, crystals in batches])
        real = members[members < count]
        assert np.array_equal(np.sort(real), np.arange(count))
        assert (members[members >= count] == count).all()
        assert all(len(crystals) == 16 for _, crystals in batches)
    assert made.passes(2 * made.steps_per_pass) == 2.0


def test_passes_differ_and_can_be_joined_anywhere():
    made = plan(200, 8, seed=5)
    first = [crystals for _, crystals in islice(made.steps(0), 60)]
    later = [crystals for _, crystals in islice(plan(200, 8, seed=5).steps(33), 27)]
    assert all(np.array_equal(*pair) for pair in zip(first[33:], later, strict=True))
    assert not np.array_equal(first[0], first[25])
    other = next(plan(200, 8, seed=6).steps(0))[1]
    assert not np.array_equal(first[0], other)


@pytest.mark.parametrize("ranks", [1, 2, 4])
def test_ranks_see_their_own_crystals_alone(ranks):
    made = plan(1003, 16, ranks)
    shards = [made.shard(rank) for rank in range(ranks)]
    assert np.array_equal(np.sort(np.concatenate(shards)), np.arange(1003))
    assert max(map(len, shards)) - min(map(len, shards)) <= 16
    for _, crystals in islice(made.steps(0), 3 * made.steps_per_pass):
        for rank, shard in enumerate(shards):
            mine = crystals[rank::ranks]
            assert np.isin(mine[mine < 1003], shard).all()


@pytest.mark.parametrize("ranks", [1, 4])
def test_batches_of_all_ranks_fit(ranks):
    made = plan(20_000, 128, ranks)
    rows = np.vstack([made.rows, np.zeros((1, 3), np.int64)])
    steps = made.steps_per_pass
    for first in (0, 7 * steps):
        shares = [
            rows[crystals[rank::ranks]].sum(axis=0)
            for _, crystals in islice(made.steps(first), steps)
            for rank in range(ranks)
        ]
        # One row of each kind at least is left to the filler.
        assert (np.array(shares) < made.sizes).all()


def test_batches_are_more_alike_than_shuffled_ones():
    spread = {}
    made = plan(19_968, 128)
    for plans in (made, BatchPlan(made.work, 128, 0)):
        batches = [crystals for _, crystals in islice(plans.steps(0), 156)]
        spread[type(plans)] = made.rows[batches, 2].sum(axis=1).std()
    assert spread[StratifiedPlan] < 0.2 * spread[BatchPlan]


def test_sizes_are_whole_tiles():
    assert all(size % 128 == 0 for size in plan(500, 16).sizes)


def test_a_batch_that_ranks_cannot_share_is_refused():
    with pytest.raises(SettingsError, match=r"batch_size 6 .* 4 GPUs"):
        plan(100, 6, ranks=4)

"""Training: what it learns, and that stopping and resuming change nothing."""

import os
import signal
from dataclasses import replace

import numpy as np
import pytest
import torch

from crysformer.errors import DataError
from crysformer.model.inference import predict_graphs
from crysformer.properties.metrics import property_error
from crysformer.properties.table import PROPERTIES
from crysformer.training.datasets import fit_scalings, load_split
from crysformer.training.schedule import Budget
from crysformer.training.trainer import Trainer
from tests.support.training import (
    ALONE,
    COLUMNS,
    RECIPE,
    SMALL,
    assert_same_weights,
    fitted,
    moments,
    records,
    state,
    trainer,
)


@pytest.mark.slow
def test_eight_crystals_are_overfitted(data, tmp_path):
    recipe = replace(RECIPE, batch_size=8, warmup_steps=10, decay=0.5)
    run = fitted(data, tmp_path, 160, recipe)
    losses = [record["train_loss"] for record in records(tmp_path)]
    losses = [loss for loss in losses if loss > 0.0]
    assert losses[-1] < 0.05 * losses[0]
    values = predict_graphs(
        run.learner.model.eval(),
        run.scalings,
        [data.graphs[row] for row in range(8)],
        data.num_sites,
        data.formula_atoms,
    ).values
    for column, key in enumerate(COLUMNS):
        error = property_error(data.values[:, column], values[:, column])
        assert error.mae < 0.05 * error.mad, key


@pytest.mark.parametrize("optimiser", ["adamw", "muon"])
def test_a_resumed_run_ends_where_an_uninterrupted_one_does(data, tmp_path, optimiser):
    recipe = replace(RECIPE, optimiser=optimiser)
    fitted(data, tmp_path / "whole", 6, recipe)
    fitted(data, tmp_path / "parts", 3, recipe)
    halfway = state(tmp_path / "parts" / "state.pt")
    fitted(data, tmp_path / "parts", 3, recipe, resume=True)
    whole, parts = (state(tmp_path / name / "state.pt") for name in ("whole", "parts"))
    assert_same_weights(whole, parts)
    assert (whole["step"], parts["step"], halfway["step"]) == (6, 6, 3)
    assert len(whole["optimisers"]) == (2 if optimiser == "muon" else 1)
    for one, other in zip(moments(whole), moments(parts), strict=True):
        assert all(torch.equal(one[key], other[key]) for key in one)
    with pytest.raises(AssertionError):
        assert_same_weights(whole, halfway, 1e-6)
    assert not torch.equal(
        whole["model"]["atom_embedding.weight"],
        whole["average"]["atom_embedding.weight"],
    )


def test_a_resumed_run_keeps_every_point_of_its_curve(data, tmp_path):
    steps = len(data) // RECIPE.batch_size
    fitted(data, tmp_path, steps + 1)
    fitted(data, tmp_path, steps, resume=True)
    assert state(tmp_path / "state.pt")["curve"] == records(tmp_path)
    assert len(records(tmp_path)) == 4


@pytest.mark.parametrize("share", [0.5, 0.2])
def test_the_stable_state_outlives_the_decay(data, tmp_path, share):
    recipe = replace(RECIPE, decay=share)
    run = fitted(data, tmp_path, 10, recipe)
    stable, decayed = (state(tmp_path / name) for name in ("state.pt", "decay.pt"))
    # Rounding may count the step at the very beginning to either phase.
    assert stable["step"] - round(10 * (1 - share)) in (0, 1)
    assert (stable["progress"], decayed["step"]) == (0.0, 10)
    assert decayed["progress"] == pytest.approx(1.0)
    assert 0 < run.rate < recipe.learning_rate

    again = trainer(data, tmp_path, recipe)
    again.resume()
    assert again.progress == 0.0
    assert again.step == stable["step"]
    assert_same_weights(
        {"model": again.learner.model.state_dict(), "average": {}},
        stable | {"average": {}},
    )


def test_an_interrupted_decay_goes_on(data, tmp_path):
    recipe = replace(RECIPE, decay=0.5)
    fitted(data, tmp_path / "whole", 10, recipe)

    run = trainer(data, tmp_path / "parts", recipe)

    def stop_at_seven(*_) -> None:
        if run.step == 6:
            os.kill(os.getpid(), signal.SIGTERM)

    run.learner.model.register_forward_pre_hook(stop_at_seven)
    handler = signal.getsignal(signal.SIGTERM)
    run.fit(Budget(steps=10))
    assert signal.getsignal(signal.SIGTERM) is handler
    interrupted = state(tmp_path / "parts" / "decay.pt")
    assert interrupted["step"] == 7
    assert interrupted["progress"] == pytest.approx(0.4)

    fitted(data, tmp_path / "parts", 3, recipe, resume=True)
    whole, parts = (state(tmp_path / name / "decay.pt") for name in ("whole", "parts"))
    assert whole["step"] == parts["step"] == 10
    assert_same_weights(whole, parts, 1e-6)


def test_a_budget_of_a_few_steps_keeps_a_stable_state(data, tmp_path):
    """A decay that never had a step must not be all that is left of a run."""
    fitted(data, tmp_path, 2, replace(RECIPE, decay=0.3))
    assert state(tmp_path / "state.pt")["step"] == 2


def test_a_resumed_run_knows_the_best_score_so_far(data, tmp_path):
    fitted(data, tmp_path, 3)
    best = state(tmp_path / "best.pt")["metrics"]["score"]
    run = trainer(data, tmp_path)
    run.resume()
    assert run.best == best


def test_every_step_is_recorded_once(data, tmp_path):
    fitted(data, tmp_path, 4)
    steps = [record["step"] for record in records(tmp_path)]
    assert steps == [2, 4]
    assert all(record["train_loss"] > 0.0 for record in records(tmp_path))


def test_records_can_be_plotted(data, tmp_path):
    fitted(data, tmp_path, 2)
    record = records(tmp_path)[0]
    assert (record["step"], record["passes"]) == (2, 6 / 8)
    assert record["learning_rate"] == RECIPE.learning_rate
    assert set(record["val"]) == set(COLUMNS)
    assert record["val"]["optb88vdw_bandgap"]["n"] == 6
    ratios = [error["mae"] / error["mad"] for error in record["val"].values()]
    weights = [PROPERTIES[key].emphasis for key in record["val"]]
    assert record["score"] == pytest.approx(np.average(ratios, weights=weights))


def test_a_run_can_start_from_other_weights(data, tmp_path):
    other = fitted(data, tmp_path / "first", 2).learner.model
    run = trainer(data, tmp_path / "second", replace(RECIPE, warmup_steps=10))
    run.start_from(other)
    for model in (run.learner.model, run.learner.average.module):
        for key, value in other.state_dict().items():
            assert torch.equal(value, model.state_dict()[key])
    run.fit(Budget(steps=1))
    assert run.step == 1
    assert run.rate == pytest.approx(RECIPE.learning_rate / 10)


@pytest.mark.parametrize("change", ["nothing", "architecture", "properties"])
def test_what_does_not_fit_cannot_be_resumed(data, folder, tmp_path, change):
    recipe = RECIPE
    if change != "nothing":
        fitted(data, tmp_path, 1)
    if change == "architecture":
        recipe = replace(RECIPE, model=replace(SMALL, blocks=1))
    scalings = fit_scalings(data, COLUMNS)
    if change == "properties":
        data = load_split([folder], "train", COLUMNS[:2], SMALL.neighbour_rule, None)
        scalings = scalings[:2]
    run = Trainer(recipe, scalings, data, data, tmp_path, ALONE)
    with pytest.raises(DataError, match=str(tmp_path)):
        run.resume()


def test_a_resumed_run_keeps_the_scalings_it_began_with(data, tmp_path):
    shifted = [replace(s, shift=s.shift + 1.0) for s in fit_scalings(data, COLUMNS)]
    first = Trainer(RECIPE, shifted, data, data, tmp_path, ALONE)
    first.fit(Budget(steps=1))
    again = trainer(data, tmp_path)
    again.resume()
    assert list(again.scalings) == shifted
    ours, theirs = (run.learner.targets.nan_to_num() for run in (again, first))
    assert torch.equal(ours, theirs)


def test_weight_decay_can_change_on_resuming(data, tmp_path):
    fitted(data, tmp_path, 1)
    run = trainer(data, tmp_path, replace(RECIPE, weight_decay=0.5))
    run.resume()
    groups = run.learner.optimisers[0].param_groups
    assert [group["weight_decay"] for group in groups] == [0.5, 0.0]


def test_the_curve_of_the_best_weights_has_one_branch(data, tmp_path):
    fitted(data, tmp_path, 6, replace(RECIPE, decay=0.5))
    fitted(data, tmp_path, 6, replace(RECIPE, decay=0.5), resume=True)
    steps = [record["step"] for record in state(tmp_path / "best.pt")["curve"]]
    assert steps == sorted(set(steps))

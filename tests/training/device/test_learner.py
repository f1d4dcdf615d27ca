"""Steps on the device are the plain trainer's steps, and wait for nothing."""

import sys
from collections.abc import Iterator
from dataclasses import replace
from importlib import import_module
from itertools import islice
from types import ModuleType

import numpy as np
import pytest
import torch
from torch import multiprocessing

from crysformer.data.dataset import Dataset
from crysformer.errors import DataError
from crysformer.model.layers import CrysformerLayer
from crysformer.training.datasets import fit_scalings
from crysformer.training.device.learner import DeviceLearner
from crysformer.training.host import HostLearner
from crysformer.training.learner import Learner
from crysformer.training.processes import Ranks
from crysformer.training.recipe import Recipe
from crysformer.training.schedule import Budget
from crysformer.training.trainer import Trainer, learner_on
from tests.support.device_ranks import learn, plan_of_two
from tests.support.training import (
    ALONE,
    COLUMNS,
    RECIPE,
    SMALL,
    assert_same_weights,
    moments,
    records,
    state,
)

STEPS = 20
MUON = replace(RECIPE, optimiser="muon", clip=0.5)


@pytest.fixture
def double() -> Iterator[None]:
    """Networks are made in double precision."""
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(torch.float32)


def learner(
    kind: type[Learner], data: Dataset, recipe: Recipe = MUON, ranks: Ranks = ALONE
) -> Learner:
    return kind(recipe, fit_scalings(data, COLUMNS), data, data, ranks)


def rates() -> Iterator[float]:
    """A rate that rises and falls."""
    return (float(rate) for rate in 2e-3 * np.sin(np.linspace(0.1, 3.0, STEPS)))


@pytest.mark.parametrize(
    "recipe",
    [MUON, replace(MUON, optimiser="adamw", loss="mse"), replace(MUON, loss="huber")],
    ids=["muon", "adamw", "huber"],
)
def test_padded_steps_are_the_plain_trainer_s(data, double, recipe):
    plain, ours = (learner(kind, data, recipe) for kind in (HostLearner, DeviceLearner))
    for (_, crystals), rate in zip(ours.plan.steps(0), rates(), strict=False):
        # Places without a crystal are the stratified plan's own.
        plain.learn(crystals[crystals < len(data)], rate)
        ours.learn(crystals, rate)
        torch.testing.assert_close(ours.loss_sum, plain.loss_sum, rtol=1e-6, atol=0)
        assert ours.mean_loss() == pytest.approx(plain.mean_loss(), rel=1e-6)
        if plain.average.n_averaged == 1:
            # Running means of one gradient are that gradient, clipped, times a constant.
            for one, other in zip(
                moments(ours.state()), moments(plain.state()), strict=True
            ):
                for name in one.keys() - {"step"}:
                    torch.testing.assert_close(
                        one[name], other[name], rtol=1e-6, atol=1e-9
                    )
    assert int(ours.average.n_averaged) == STEPS
    assert_same_weights(ours.state(), plain.state(), 1e-6)
    started = learner(HostLearner, data, recipe).state()
    for part in ("model", "average"):
        with pytest.raises(AssertionError):
            assert_same_weights(started, ours.state() | {"model": started["model"]}, 1e-4)
        moved = (ours.state()[part]["heads.hidden.weight"]).sub(
            started[part]["heads.hidden.weight"]
        )
        assert moved.abs().max() > 1e-3


def test_ranks_together_have_the_gradient_of_one(data, double):
    recipe = replace(MUON, batch_size=4)
    data = data.subset(np.arange(7))
    batches = [crystals for _, crystals in islice(plan_of_two(data).steps(0), 2)]
    # One place of the pass is empty.
    crystals = max(batches, key=max)
    assert crystals.max() == len(data)
    found, losses = [], []
    for ranks in (ALONE, *(Ranks(index, 2, ALONE.device) for index in (0, 1))):
        rank = learner(DeviceLearner, data, recipe, ranks)
        rank._crystals.copy_(torch.from_numpy(crystals))
        rank._find_gradients()
        found.append(rank._gradients)
        losses.append(rank.loss_sum)
    torch.testing.assert_close(found[1] + found[2], found[0], rtol=1e-9, atol=1e-12)
    torch.testing.assert_close(losses[1] + losses[2], losses[0])
    assert min(part.abs().max() for part in found) > 1e-3


@pytest.mark.slow
def test_two_processes_learn_what_one_does(folder, tmp_path, monkeypatch):
    # A new process runs the main module again, which may be a page tested before.
    monkeypatch.setitem(sys.modules, "__main__", ModuleType("__main__"))
    for count in (1, 2):
        multiprocessing.spawn(learn, args=(count, folder, tmp_path), nprocs=count)
    one, first, second = (
        state(tmp_path / f"{name}.pt") for name in ("0-of-1", "0-of-2", "1-of-2")
    )
    assert_same_weights(one, first, 1e-9)
    assert_same_weights(first, second)
    assert first["mean_loss"] == second["mean_loss"] == pytest.approx(one["mean_loss"])
    assert first["mae"] == second["mae"] == pytest.approx(one["mae"])


@pytest.mark.parametrize("optimiser", ["adamw", "muon"])
def test_nothing_is_waited_for(data, monkeypatch, optimiser):
    """The meta device has shapes and no numbers: whatever reads one fails there."""
    adam = import_module("torch.optim.adam")
    monkeypatch.setattr(adam, "_get_capturable_supported_devices", lambda **_: ["meta"])
    recipe = replace(MUON, optimiser=optimiser)
    ours = learner(DeviceLearner, data, recipe, Ranks(0, 1, torch.device("meta")))
    monkeypatch.setattr(
        "crysformer.training.device.learner.fastest", lambda parts, *_: list(parts)
    )
    for _, crystals in islice(ours.plan.steps(0), 3):
        ours.learn(crystals, 1e-3)
    assert ours.num_losses == 3
    for remembered in moments(ours.state()):
        assert all(value.is_meta for value in remembered.values())
    with pytest.raises(RuntimeError, match=r"meta|item"):
        bool(ours.diverged)


@pytest.mark.filterwarnings("ignore:The .grad attribute:UserWarning")  # dynamo's own
def test_each_kind_of_layer_is_compiled_once(data, monkeypatch):
    # A process compiles a function eight times at most, and tests before have begun.
    torch.compiler.reset()
    compiled = []

    def count(graph: torch.fx.GraphModule, _: list[torch.Tensor]):
        compiled.append(graph)
        return graph.forward

    plain = torch.compile
    monkeypatch.setattr(
        torch, "compile", lambda model, **how: plain(model, backend=count, **how)
    )
    recipe = replace(MUON, model=replace(SMALL, blocks=3), compiled=True)
    ours = learner(DeviceLearner, data, recipe)
    eager = learner(DeviceLearner, data, replace(recipe, compiled=False))
    for _, crystals in islice(ours.plan.steps(0), 4):
        ours.learn(crystals, 1e-3)
        eager.learn(crystals, 1e-3)
    layers = [m for m in ours.model.modules() if isinstance(m, CrysformerLayer)]
    # Of each graph the last layer leaves edges as they are.
    assert (len(layers), len(compiled)) == (6, 4)
    assert ours.mean_loss() == pytest.approx(eager.mean_loss(), rel=1e-4)


def test_half_precision_is_near_full_precision(data):
    losses = []
    for precision in ("float32", "bfloat16"):
        ours = learner(DeviceLearner, data, replace(MUON, precision=precision))
        for _, crystals in islice(ours.plan.steps(0), 3):
            ours.learn(crystals, 1e-3)
        losses.append(ours.mean_loss())
    assert losses[0] != losses[1]
    assert losses[1] == pytest.approx(losses[0], rel=0.05)


def run(data: Dataset, folder, steps: int, recipe: Recipe = MUON, *, resume=False):
    scalings = fit_scalings(data, COLUMNS)
    made = Trainer(recipe, scalings, data, data, folder, ALONE, DeviceLearner)
    if resume:
        made.resume()
    made.fit(Budget(steps=steps))
    return made


@pytest.mark.parametrize("optimiser", ["adamw", "muon"])
def test_a_resumed_run_ends_where_an_uninterrupted_one_does(data, tmp_path, optimiser):
    recipe = replace(MUON, optimiser=optimiser)
    run(data, tmp_path / "whole", 7, recipe)
    run(data, tmp_path / "parts", 4, recipe)
    run(data, tmp_path / "parts", 3, recipe, resume=True)
    whole, parts = (state(tmp_path / name / "state.pt") for name in ("whole", "parts"))
    assert whole["step"] == parts["step"] == 7
    assert_same_weights(whole, parts)
    for one, other in zip(moments(whole), moments(parts), strict=True):
        assert all(torch.equal(one[key], other[key]) for key in one)


def test_a_run_can_move_between_device_and_host(data, tmp_path):
    run(data, tmp_path, 3)
    scalings = fit_scalings(data, COLUMNS)
    plain = Trainer(MUON, scalings, data, data, tmp_path, ALONE, HostLearner)
    plain.resume()
    assert_same_weights(plain.learner.state(), state(tmp_path / "state.pt"))
    plain.fit(Budget(steps=2))
    back = run(data, tmp_path, 1, resume=True)
    assert back.step == 6
    group = back.learner.optimisers[0].param_groups[0]
    assert float(group["lr"]) == pytest.approx(back.rate)


def test_a_run_is_validated_no_more_often_than_it_should_be(data, tmp_path):
    made = run(data, tmp_path, 7)
    # Passes of three steps take less than the pause: only the end is validated.
    assert [record["step"] for record in records(tmp_path)] == [7]
    assert records(tmp_path)[0]["passes"] == pytest.approx(7 / 3)
    best = state(tmp_path / "best.pt")
    assert best["metrics"] == records(tmp_path)[0]
    assert_same_weights(
        {"model": {}, "average": best["average"]}, made.learner.state() | {"model": {}}
    )


def test_a_run_that_diverges_is_stopped(data, tmp_path):
    scalings = fit_scalings(data, COLUMNS)
    made = Trainer(MUON, scalings, data, data, tmp_path, ALONE, DeviceLearner)
    made.learner.label_weights.fill_(torch.inf)
    with pytest.raises(DataError, match="diverged"):
        made.fit(Budget(steps=2))
    assert not (tmp_path / "state.pt").exists()


def test_cuda_has_the_device_s_steps():
    assert learner_on(Ranks(0, 1, torch.device("cuda"))) is DeviceLearner
    assert learner_on(ALONE) is HostLearner

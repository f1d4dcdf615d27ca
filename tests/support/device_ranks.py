"""Two processes that train with the device's steps, on a CPU."""

from dataclasses import replace
from itertools import islice
from pathlib import Path

import torch
from torch import distributed

from crysformer.data.dataset import Dataset
from crysformer.training.datasets import find_keys, fit_scalings, load_split
from crysformer.training.device.learner import DeviceLearner
from crysformer.training.device.strata import StratifiedPlan
from crysformer.training.processes import Ranks
from tests.support.training import RECIPE, SMALL

RANKS_RECIPE = replace(RECIPE, batch_size=4, optimiser="muon", loss="mse", clip=0.5)
STEPS = 4


def plan_of_two(train: Dataset) -> StratifiedPlan:
    """Steps of two ranks, each of which holds its own crystals alone."""
    graphs = train.graphs
    return StratifiedPlan(graphs.work, graphs.rows, RANKS_RECIPE.batch_size, 0, 2)


def learn(index: int, count: int, data: Path, out: Path) -> None:
    """Take a few steps as one of some ranks; the state goes to ``out``."""
    torch.set_num_threads(1)
    torch.set_default_dtype(torch.float64)
    if count > 1:
        meeting = f"file://{out / 'meeting'}"
        distributed.init_process_group("gloo", meeting, rank=index, world_size=count)
    ranks = Ranks(index, count, torch.device("cpu"))
    train = load_split(
        [data], "train", find_keys([data]), SMALL.neighbour_rule, cache=None
    )
    scalings = fit_scalings(train, find_keys([data]))
    learner = DeviceLearner(RANKS_RECIPE, scalings, train, train, ranks)
    # The steps of two ranks, whoever takes them.
    for _, crystals in islice(plan_of_two(train).steps(0), STEPS):
        learner.learn(crystals, 1e-3)
    saved = learner.state() | {"mean_loss": learner.mean_loss()}
    errors = learner.validate(scalings)
    saved["mae"] = [error.mae for error in errors.values()]
    torch.save(saved, out / f"{index}-of-{count}.pt")
    if count > 1:
        distributed.destroy_process_group()

"""A network in training on this rank: what a step is, and what outlasts a run.

The trainer decides when to step, at which rate, when to validate and what to keep. How a
step is taken is the learner's: ``host`` assembles batches in main memory, ``device`` on
the accelerator.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from typing import Any, ClassVar, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.optim.swa_utils import AveragedModel

from crysformer.data.dataset import Dataset
from crysformer.model.network import Crysformer
from crysformer.properties.metrics import PropertyError
from crysformer.properties.scaling import Scaling, sizes_of
from crysformer.training.optimiser import make_optimisers, moving_average
from crysformer.training.processes import Ranks
from crysformer.training.recipe import Recipe, label_weights


class Plan(Protocol):
    """Which crystals make up each step."""

    @property
    def steps_per_pass(self) -> int:
        """Steps in one pass over the crystals."""

    def passes(self, step: int) -> float:
        """How often the first steps have gone over the crystals."""

    def steps(self, first: int) -> Iterator[tuple[int, NDArray[np.int64]]]:
        """Yield (step, crystals) from a step on, without end."""


class Learner(ABC):
    """The network, its average over steps, and what moves its weights.

    Args:
        recipe: Settings.
        scalings: Properties and their scalings; those with a base are not trained.
        train: Training crystals.
        val: Validation crystals.
        ranks: Who takes part.

    Attributes:
        plan: Which crystals make up each step.
        check_every: Steps between two looks at ``diverged``, which may wait for a device.
        pause: Shortest time between two validations, s.
    """

    plan: Plan
    check_every: ClassVar[int]
    pause: ClassVar[float]

    def __init__(
        self,
        recipe: Recipe,
        scalings: Sequence[Scaling],
        train: Dataset,
        val: Dataset,
        ranks: Ranks,
    ) -> None:
        self.recipe, self.ranks = recipe, ranks
        self.train_data, self.val_data = train, val
        outputs = [scaling for scaling in scalings if not scaling.base]
        torch.manual_seed(recipe.seed)
        self.model = self.network(len(outputs)).to(ranks.device)
        self.average = AveragedModel(
            self.model, multi_avg_fn=moving_average(recipe.ema_decay)
        )
        self.dtype = next(self.model.parameters()).dtype
        self.optimisers = make_optimisers(self.model, recipe)
        targets = torch.from_numpy(training_targets(train, scalings))
        coverage = (~targets.isnan()).float().mean(dim=0)
        weights = label_weights([scaling.key for scaling in outputs], coverage)
        self.targets, self.label_weights = self._placed(targets), self._placed(weights)
        self.loss_sum = torch.zeros((), dtype=self.dtype, device=ranks.device)
        self.num_losses = 0

    def network(self, num_properties: int) -> Crysformer:
        """The network with random weights."""
        return Crysformer(self.recipe.model, num_properties)

    @abstractmethod
    def learn(self, crystals: NDArray[np.int64], rate: float) -> None:
        """Take one step.

        Args:
            crystals: Of the whole step, over all ranks.
            rate: Learning rate.
        """

    @property
    @abstractmethod
    def diverged(self) -> bool:
        """Whether a gradient has not been finite."""

    @abstractmethod
    def validate(self, scalings: Sequence[Scaling]) -> dict[str, PropertyError]:
        """Errors of the averaged network on the validation crystals, by all ranks."""

    def mean_loss(self) -> float:
        """Mean loss of the steps since the last call; every rank has to ask."""
        total = self.ranks.sum(np.array([float(self.loss_sum)]))
        mean = float(total[0]) / max(self.num_losses, 1)
        self.loss_sum.zero_()
        self.num_losses = 0
        return mean

    def state(self) -> dict[str, Any]:
        """What another learner of the same recipe needs to go on from here."""
        return {
            "model": self.model.state_dict(),
            "average": self.average.module.state_dict(),
            "num_averaged": self.average.n_averaged,
            "optimisers": [optimiser.state_dict() for optimiser in self.optimisers],
        }

    def load(self, state: dict[str, Any], scalings: Sequence[Scaling]) -> None:
        """Go on from a state and the scalings that its run began with."""
        rows = torch.from_numpy(training_targets(self.train_data, scalings))
        self.targets[: len(rows)].copy_(rows)
        self.model.load_state_dict(state["model"])
        self.average.module.load_state_dict(state["average"])
        self.average.n_averaged.copy_(state["num_averaged"])
        for optimiser, saved in zip(self.optimisers, state["optimisers"], strict=True):
            # What it remembers is the state's; rates and weight decay are this recipe's,
            # and how it computes is this device's.
            names = optimiser.param_groups[0].keys() - {"params"}
            own = [{n: group[n] for n in names} for group in optimiser.param_groups]
            optimiser.load_state_dict(saved)
            for group, options in zip(optimiser.param_groups, own, strict=True):
                group.update(options)

    def start_from(self, model: Crysformer) -> None:
        """Begin with exported weights instead of random ones."""
        self.model.load_state_dict(model.state_dict())
        self.average.module.load_state_dict(model.state_dict())

    def _placed(self, rows: Tensor) -> Tensor:
        return rows.to(self.ranks.device, self.dtype)


def training_targets(data: Dataset, scalings: Sequence[Scaling]) -> NDArray[np.float64]:
    """Standardised targets of the properties with an output, (crystals, outputs)."""
    composition = data.composition()
    encoded = [
        scaling.encode(
            data.values[:, column],
            composition,
            sizes_of(scaling.key, data.num_sites, data.formula_atoms),
        )
        for column, scaling in enumerate(scalings)
        if not scaling.base
    ]
    return np.stack(encoded, axis=1)

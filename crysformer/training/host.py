"""Steps on a CPU, or on a device without CUDA: batches are assembled in main memory."""

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from torch.nn.parallel import DistributedDataParallel

from crysformer.data.dataset import Dataset
from crysformer.graph.batch import collate
from crysformer.properties.metrics import PropertyError
from crysformer.properties.scaling import Scaling
from crysformer.training.learner import Learner
from crysformer.training.padding import padded
from crysformer.training.plan import BatchPlan, share_by_work
from crysformer.training.processes import Ranks
from crysformer.training.recipe import Recipe, masked_loss
from crysformer.training.validate import validate


class HostLearner(Learner):
    """Collates the graphs of every step; ranks average their gradients as they arise."""

    check_every = 1
    pause = 0.0

    def __init__(
        self,
        recipe: Recipe,
        scalings: Sequence[Scaling],
        train: Dataset,
        val: Dataset,
        ranks: Ranks,
    ) -> None:
        super().__init__(recipe, scalings, train, val, ranks)
        if recipe.compiled:
            self.model.compile_layers()
        self.parallel: nn.Module = self.model
        if ranks.count > 1:
            # Without any attention nothing reads the bonds, and their layers stay idle.
            idle = not (recipe.model.cross or recipe.model.conditional)
            self.parallel = DistributedDataParallel(
                self.model, gradient_as_bucket_view=True, find_unused_parameters=idle
            )
        self.plan = BatchPlan(train.graphs.work, recipe.batch_size, recipe.seed)
        self._norm = torch.zeros(())

    def learn(self, crystals: NDArray[np.int64], rate: float) -> None:
        """Take one step on this rank's share of the crystals."""
        share = share_by_work(crystals, self.train_data.graphs.work, self.ranks.count)
        mine = share[self.ranks.index]
        device = self.ranks.device
        known = ~self.targets[torch.from_numpy(crystals).to(device)].isnan()
        graphs = [self.train_data.graphs[row] for row in mine]
        half = self.recipe.precision == "bfloat16"
        batch = collate(padded(graphs) if half else graphs, self.dtype).to(device)
        with torch.autocast(device.type, torch.bfloat16, enabled=half):
            output = self.parallel(batch).values[: len(graphs)]
        loss = masked_loss(
            output.to(self.dtype),
            self.targets[torch.from_numpy(mine).to(device)],
            self.label_weights,
            (known * self.label_weights).sum(),
            self.recipe.loss,
        )
        # Ranks average gradients; each loss is already over the labels of all ranks.
        (loss * self.ranks.count).backward()
        self._norm = nn.utils.clip_grad_norm_(self.model.parameters(), self.recipe.clip)
        for optimiser in self.optimisers:
            for group in optimiser.param_groups:
                group["lr"] = rate
            optimiser.step()
            optimiser.zero_grad()
        self.average.update_parameters(self.model)
        self.loss_sum += loss.detach()
        self.num_losses += 1

    @property
    def diverged(self) -> bool:
        """Whether the last step's gradient was not finite."""
        return not bool(self._norm.isfinite())

    def validate(self, scalings: Sequence[Scaling]) -> dict[str, PropertyError]:
        """Errors of the averaged network, every rank predicting its share."""
        return validate(self.average.module, scalings, self.val_data, self.ranks)

"""Steps that live on a device: it gets indices and a rate, and nothing is waited for."""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, distributed

from crysformer.data.dataset import Dataset
from crysformer.model.network import Crysformer
from crysformer.properties.metrics import PropertyError
from crysformer.properties.scaling import Scaling
from crysformer.training.device.capture import Part, as_cuda_graphs, fastest, run_once
from crysformer.training.device.elements import ProductEmbedding
from crysformer.training.device.graphs import DeviceGraphs
from crysformer.training.device.strata import StratifiedPlan
from crysformer.training.device.validation import DeviceValidation
from crysformer.training.learner import Learner
from crysformer.training.optimiser import share_of_new
from crysformer.training.processes import Ranks
from crysformer.training.recipe import Recipe, masked_loss

_ALIGNED = 32
"""Gradients start at multiples of it, where kernels read several numbers at once."""


class DeviceLearner(Learner):
    """Batch, gradients, optimisers and average in one CUDA graph, or two on many GPUs.

    Between the two, ranks sum their gradients; the trainer's clock makes them meet once
    more in every step, which costs far less than a step.
    """

    check_every = 32
    pause = 30.0

    def __init__(
        self,
        recipe: Recipe,
        scalings: Sequence[Scaling],
        train: Dataset,
        val: Dataset,
        ranks: Ranks,
    ) -> None:
        super().__init__(recipe, scalings, train, val, ranks)
        device = ranks.device
        if device.type == "cuda":
            # What is left of float32 products runs on tensor cores.
            torch.set_float32_matmul_precision("high")
        if recipe.compiled:
            # A step has one shape, so that each kind of layer is compiled once.
            for layer in (*self.model.line_layers, *self.model.atom_layers):
                layer.compile(dynamic=False)
        self.plan = StratifiedPlan(
            train.graphs.work,
            train.graphs.rows,
            recipe.batch_size,
            recipe.seed,
            ranks.count,
        )
        shard = self.plan.shard(ranks.index)
        arrays = train.graphs.select(shard).packed()
        self._graphs = DeviceGraphs(arrays, device, self.dtype)
        # Of a crystal among those of this rank; the empty place's is the last.
        places = torch.full((len(train) + 1,), len(shard))
        places[torch.from_numpy(shard)] = torch.arange(len(shard))
        self._places = places.to(device)
        self._validation = DeviceValidation(val, ranks, self.dtype)
        # The empty place of a batch has no label.
        unknown = self.targets.new_full((1, self.targets.shape[1]), torch.nan)
        self.targets = torch.cat([self.targets, unknown])
        self._gradients = _flat_gradients(self.model)
        self._crystals = torch.zeros(recipe.batch_size, dtype=torch.int64, device=device)
        self._rate, self._share = (self.loss_sum.clone() for _ in range(2))
        self._wrong = torch.zeros((), dtype=torch.int64, device=device)
        self._use_rate()
        self._parts: list[Part] = []

    def network(self, num_properties: int) -> Crysformer:
        """The same network, whose gradient waits for nothing."""
        model = super().network(num_properties)
        model.atom_embedding = ProductEmbedding.like(model.atom_embedding)
        return model

    def learn(self, crystals: NDArray[np.int64], rate: float) -> None:
        """Start one step; it may still be running when this returns."""
        self._crystals.copy_(torch.from_numpy(crystals), non_blocking=True)
        self._rate.fill_(rate)
        age = int(self.average.n_averaged)
        self._share.fill_(share_of_new(self.recipe.ema_decay, age))
        if not self._parts:
            self._parts = self._prepared()
        first, *rest = self._parts
        first()
        for part in rest:
            distributed.all_reduce(self._gradients)
            part()
        self.average.n_averaged += 1
        self.num_losses += 1

    @property
    def diverged(self) -> bool:
        """Whether any gradient so far was not finite; waits for the steps that run."""
        return int(self._wrong) > 0

    def validate(self, scalings: Sequence[Scaling]) -> dict[str, PropertyError]:
        """Errors of the averaged network, computed where it is."""
        return self._validation.errors(self.average.module, scalings)

    def load(self, state: dict[str, Any], scalings: Sequence[Scaling]) -> None:
        """Go on from a state, before the first step."""
        super().load(state, scalings)
        self._use_rate()

    def _use_rate(self) -> None:
        """Let the optimisers read their rate on the device, and count steps there."""
        for optimiser in self.optimisers:
            for group in optimiser.param_groups:
                group["lr"] = self._rate
                if "capturable" in group:
                    group["capturable"] = self.ranks.device.type != "cpu"

    def _prepared(self) -> list[Part]:
        if self.ranks.count == 1:
            parts: list[Part] = [self._step]
        else:
            parts = [self._find_gradients, self._move]
        capture = as_cuda_graphs if self.ranks.device.type == "cuda" else run_once
        return fastest(parts, self._changed, capture)

    def _step(self) -> None:
        self._find_gradients()
        self._move()

    def _find_gradients(self) -> None:
        """Gradients of this rank's crystals by the labels of all ranks."""
        self._gradients.zero_()
        mine = self._crystals.view(-1, self.ranks.count)[:, self.ranks.index]
        batch = self._graphs.batch(self._places[mine], self.plan.sizes)
        with self._autocast():
            output = self.model(batch).values[:-1]
        known = ~self.targets[self._crystals].isnan()
        loss = masked_loss(
            output.to(self.dtype),
            self.targets[mine],
            self.label_weights,
            (known * self.label_weights).sum(),
            self.recipe.loss,
        )
        loss.backward()
        self.loss_sum += loss.detach()

    @torch.no_grad()
    def _move(self) -> None:
        """Clip the gradients, move the weights, average them."""
        norm = self._gradients.norm()
        self._gradients *= (self.recipe.clip / (norm + 1e-6)).clamp(max=1.0)
        self._wrong += ~norm.isfinite()
        for optimiser in self.optimisers:
            optimiser.step()
        weights, averages = self._weights()
        torch._foreach_mul_(averages, 1.0 - self._share)
        torch._foreach_add_(averages, torch._foreach_mul(weights, self._share))

    def _autocast(self) -> AbstractContextManager:
        if self.recipe.precision == "float32":
            return nullcontext()
        # A cache of cast weights would outlive the capture that filled it.
        return torch.autocast(self.ranks.device.type, torch.bfloat16, cache_enabled=False)

    def _weights(self) -> tuple[list[Tensor], list[Tensor]]:
        return list(self.model.parameters()), list(self.average.module.parameters())

    def _changed(self) -> Iterator[Tensor]:
        """Everything that a step changes and a later one reads."""
        for tensors in self._weights():
            yield from tensors
        for optimiser in self.optimisers:
            for remembered in optimiser.state.values():
                yield from remembered.values()
        yield from (self.loss_sum, self._wrong)


def _flat_gradients(model: Crysformer) -> Tensor:
    """One tensor for all gradients, of which every parameter holds a piece.

    One kernel then clears them, one measures them, and ranks sum them in one message.
    """
    parameters = list(model.parameters())
    sizes = [-(-parameter.numel() // _ALIGNED) * _ALIGNED for parameter in parameters]
    flat = parameters[0].new_zeros(sum(sizes))
    for parameter, piece in zip(parameters, flat.split(sizes), strict=True):
        parameter.grad = piece[: parameter.numel()].view_as(parameter)
    return flat

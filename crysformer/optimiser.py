"""What turns gradients into weights: AdamW and the moving average of the weights."""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from crysformer.recipe import Recipe


def moving_average(decay: float) -> Callable[..., None]:
    """Exponential average whose memory grows to its full length with the run's age."""

    @torch.no_grad()
    def update(averages: list[Tensor], current: list[Tensor], count: Tensor) -> None:
        age = float(count)
        memory = min(decay, (1.0 + age) / (10.0 + age))
        torch._foreach_lerp_(averages, current, 1.0 - memory)

    return update


def make_optimiser(model: nn.Module, recipe: Recipe) -> torch.optim.Optimizer:
    """AdamW; biases, norms and embeddings of elements are not decayed."""
    matrices, others = [], []
    for name, parameter in model.named_parameters():
        decayed = parameter.ndim > 1 and "atom_embedding" not in name
        (matrices if decayed else others).append(parameter)
    groups = [
        {"params": matrices, "weight_decay": recipe.weight_decay},
        {"params": others, "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(groups, lr=recipe.learning_rate, fused=True)

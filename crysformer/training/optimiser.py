"""What turns gradients into weights: AdamW or Muon, and the moving average."""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from crysformer.training.muon import StackedMuon
from crysformer.training.recipe import Recipe


def moving_average(decay: float) -> Callable[..., None]:
    """Exponential average whose memory grows to its full length with the run's age."""

    @torch.no_grad()
    def update(averages: list[Tensor], current: list[Tensor], count: Tensor) -> None:
        torch._foreach_lerp_(averages, current, share_of_new(decay, int(count)))

    return update


def share_of_new(decay: float, age: int) -> float:
    """Share of the current weights in the average after so many steps; all at first.

    Args:
        decay: Memory of the averaged weights per step, once it has its full length.
        age: Steps averaged before.
    """
    return 1.0 - min(decay, (1.0 + age) / (10.0 + age)) if age else 1.0


def make_optimisers(model: nn.Module, recipe: Recipe) -> list[torch.optim.Optimizer]:
    """The optimisers that together move every weight once a step.

    Biases, norms and embeddings of elements are not decayed. Muon, where the recipe asks
    for it, takes the matrices inside the layers (Jordan et al. 2024; its steps scaled to
    the size of AdamW's after Liu et al., arXiv 2502.16982, so that both share a learning
    rate); the first and last matrices stay with AdamW, as its authors advise.
    """
    hidden, matrices, others = [], [], []
    for name, parameter in model.named_parameters():
        if parameter.ndim < 2 or "atom_embedding" in name:
            others.append(parameter)
        elif recipe.optimiser == "muon" and "layers" in name:
            hidden.append(parameter)
        else:
            matrices.append(parameter)
    groups = [
        {"params": matrices, "weight_decay": recipe.weight_decay},
        {"params": others, "weight_decay": 0.0},
    ]
    rate = recipe.learning_rate
    # The meta device, which tests that nothing waits for a number, fuses nothing.
    fused = matrices[0].device.type != "meta"
    optimisers: list[torch.optim.Optimizer] = [
        torch.optim.AdamW(groups, lr=rate, fused=fused)
    ]
    if hidden:
        optimisers.append(StackedMuon(hidden, rate, recipe.weight_decay))
    return optimisers

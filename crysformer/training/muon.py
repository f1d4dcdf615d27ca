"""Muon with equally shaped matrices taken together, which a CPU likes.

A network of a hundred small matrices spends more time on calling the products one by one
than on the products: stacked, a step takes a third of the time (docs/training.md).
"""

from collections import defaultdict
from collections.abc import Iterable
from functools import cache

import torch
from torch import Tensor


class StackedMuon(torch.optim.Muon):
    """``torch.optim.Muon`` with ``match_rms_adamw``, a stack of matrices at a time.

    What it saves is what torch's own saves: a run can go on with either. A rate that is a
    tensor is never read, so that a step on a device waits for nothing.

    Args:
        matrices: What it moves.
        rate: Learning rate.
        decay: Weight decay.
    """

    def __init__(self, matrices: Iterable[Tensor], rate: float, decay: float) -> None:
        super().__init__(matrices, rate, decay, adjust_lr_fn="match_rms_adamw")

    @torch.no_grad()
    def step(self) -> None:
        """Move every matrix that has a gradient."""
        for group in self.param_groups:
            alike: defaultdict[torch.Size, list[Tensor]] = defaultdict(list)
            for matrix in group["params"]:
                if matrix.grad is not None:
                    alike[matrix.shape].append(matrix)
            for shape, matrices in alike.items():
                updates = self._updates(matrices, group["momentum"])
                moves = orthogonalise(
                    updates, group["ns_coefficients"], group["ns_steps"], group["eps"]
                )
                # Entries as large as those of AdamW's steps (Liu et al., 2502.16982).
                rate = group["lr"] * 0.2 * max(shape) ** 0.5
                torch._foreach_mul_(matrices, 1.0 - group["lr"] * group["weight_decay"])
                steps = moves.to(matrices[0].dtype) * -rate
                torch._foreach_add_(matrices, list(steps.unbind()))

    def _updates(self, matrices: list[Tensor], momentum: float) -> Tensor:
        """Nesterov's look ahead along the running mean of the gradients, stacked."""
        gradients = [matrix.grad for matrix in matrices]
        for matrix in matrices:
            if "momentum_buffer" not in self.state[matrix]:
                self.state[matrix]["momentum_buffer"] = torch.zeros_like(matrix)
        means = [self.state[matrix]["momentum_buffer"] for matrix in matrices]
        torch._foreach_lerp_(means, gradients, 1.0 - momentum)
        return torch.stack(torch._foreach_lerp(gradients, means, momentum))


def orthogonalise(
    matrices: Tensor, coefficients: tuple[float, float, float], steps: int, eps: float
) -> Tensor:
    """Nearly the closest matrices with orthonormal rows or columns.

    Newton-Schulz iterations with the coefficients of Jordan et al. (2024), as in torch;
    in bfloat16 but where that is slow.

    Args:
        matrices: (stack, rows, columns).
        coefficients: Of the matrix and of its third and fifth power.
        steps: Iterations.
        eps: Smallest norm that is divided by.
    """
    first, third, fifth = coefficients
    tall = matrices.shape[1] > matrices.shape[2]
    found = (matrices.mT if tall else matrices).to(product_type(matrices.device.type))
    norm = found.flatten(1).norm(dim=1).clamp(min=eps)
    found = found / norm[:, None, None]
    for _ in range(steps):
        gram = found @ found.mT
        power = torch.baddbmm(gram, gram, gram, beta=third, alpha=fifth)
        found = torch.baddbmm(found, power, found, beta=first)
    return found.mT if tall else found


@cache
def product_type(device: str) -> torch.dtype:
    """The type in which a kind of device multiplies matrices fastest, of two.

    A CPU without instructions for bfloat16 takes 18 times as long for it as for float32.
    """
    if device != "cpu":
        return torch.bfloat16
    can = torch.cpu.get_capabilities()
    fast = any(can.get(name) for name in ("amx_bf16", "avx512_bf16", "bf16"))
    return torch.bfloat16 if fast else torch.float32

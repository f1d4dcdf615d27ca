"""The stacked optimiser takes the steps of torch's own."""

import copy

import pytest
import torch
from torch import nn

from crysformer.training.muon import StackedMuon, orthogonalise, product_type

COEFFICIENTS = (3.4445, -4.7750, 2.0315)


def test_steps_are_those_of_torch(monkeypatch):
    # Torch's are in this type on every device.
    monkeypatch.setattr("crysformer.training.muon.product_type", lambda _: torch.bfloat16)
    torch.manual_seed(3)
    shapes = [(8, 8), (8, 8), (16, 8), (8, 16), (16, 8)]
    ours = nn.ParameterList(nn.Parameter(torch.randn(*shape)) for shape in shapes)
    theirs = copy.deepcopy(ours)
    stacked = StackedMuon(ours, 1e-2, 0.1)
    single = torch.optim.Muon(
        theirs, 1e-2, weight_decay=0.1, adjust_lr_fn="match_rms_adamw"
    )
    start = copy.deepcopy(ours)
    for _ in range(4):
        for one, other in zip(ours, theirs, strict=True):
            one.grad = torch.randn_like(one)
            other.grad = one.grad.clone()
        stacked.step()
        single.step()
    for one, other, before in zip(ours, theirs, start, strict=True):
        moved = (one - before).abs().max()
        # Products are in bfloat16, of which stacks are summed in another order.
        assert (one - other).abs().max() < 0.02 * moved
    # A run can go on with either: one more step from the same state is the same.
    with torch.no_grad():
        for one, other in zip(ours, theirs, strict=True):
            other.copy_(one)
    single.load_state_dict(copy.deepcopy(stacked.state_dict()))
    before = copy.deepcopy(ours)
    stacked.step()
    single.step()
    for one, other, old in zip(ours, theirs, before, strict=True):
        assert (one - other).abs().max() < 0.02 * (one - old).abs().max()


def test_moves_are_nearly_orthogonal():
    torch.manual_seed(4)
    for shape in ((3, 12, 12), (2, 8, 20), (2, 20, 8)):
        moves = orthogonalise(torch.randn(*shape), COEFFICIENTS, 5, 1e-7).float()
        values = torch.linalg.svdvals(moves)
        assert values.min() > 0.4
        assert values.max() < 1.4


@pytest.mark.parametrize("capabilities", [{}, {"avx512_bf16": True}])
def test_a_cpu_multiplies_in_half_precision_only_if_it_can(monkeypatch, capabilities):
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: capabilities)
    kind = torch.bfloat16 if capabilities else torch.float32
    product_type.cache_clear()
    moves = orthogonalise(torch.randn(2, 6, 4), COEFFICIENTS, 5, 1e-7)
    assert moves.dtype == kind
    assert product_type("cuda") == torch.bfloat16
    product_type.cache_clear()


def test_a_zero_gradient_moves_nothing():
    assert not orthogonalise(torch.zeros(1, 4, 4), COEFFICIENTS, 5, 1e-7).any()

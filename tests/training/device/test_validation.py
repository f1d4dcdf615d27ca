"""Errors found on the device are those that the plain validation finds."""

from dataclasses import asdict

import pytest
import torch

from crysformer.model.network import Crysformer
from crysformer.training.datasets import fit_scalings
from crysformer.training.device.validation import DeviceValidation
from crysformer.training.processes import Ranks
from crysformer.training.validate import validate
from tests.support.training import ALONE, COLUMNS, SMALL


@pytest.mark.parametrize("limit", [1, 10**6])
def test_errors_are_those_of_the_plain_validation(data, limit):
    scalings = fit_scalings(data, COLUMNS)
    torch.manual_seed(2)
    model = Crysformer(SMALL, sum(not item.base for item in scalings)).double()
    ours = DeviceValidation(data, ALONE, torch.float64, limit).errors(model, scalings)
    theirs = validate(model, scalings, data, ALONE)
    assert set(ours) == set(COLUMNS)
    for key in COLUMNS:
        assert asdict(ours[key]) == pytest.approx(asdict(theirs[key]), rel=1e-12)


def test_each_rank_predicts_its_share(data, monkeypatch):
    scalings = fit_scalings(data, COLUMNS)
    torch.manual_seed(2)
    model = Crysformer(SMALL, sum(not item.base for item in scalings)).double()
    shares = []
    monkeypatch.setattr(Ranks, "sum", lambda _, values: shares.append(values) or values)
    for index in (0, 1):
        ranks = Ranks(index, 2, torch.device("cpu"))
        DeviceValidation(data, ranks, torch.float64).errors(model, scalings)
    alone = DeviceValidation(data, ALONE, torch.float64)
    alone.errors(model, scalings)
    one, other, whole = shares
    assert not ((one != 0) & (other != 0)).any()
    assert (abs(one + other - whole) < 1e-9 * abs(whole).max()).all()

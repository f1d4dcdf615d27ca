"""Loss, targets and errors against values worked out by hand."""

import json

import numpy as np
import pytest
import torch

from crysformer.data.dataset import property_values
from crysformer.model.inference import predict_graphs
from crysformer.model.network import Crysformer
from crysformer.properties.metrics import property_error
from crysformer.properties.scaling import Scaling, fit_derived, fit_scaling, sizes_of
from crysformer.properties.table import PROPERTIES
from crysformer.training.datasets import fit_scalings
from crysformer.training.recipe import label_weights, masked_loss
from tests.support.training import COLUMNS, SMALL

UNKNOWN = float("nan")


@pytest.mark.parametrize(
    ("kind", "expected"),
    # Errors 0.25 (weight 2), 3 (weight 1), 1 (weight 1); total weight 4.
    [
        ("l1", (0.5 + 3 + 1) / 4),
        ("mse", (2 * 0.0625 + 9 + 1) / 4),
        ("huber", (2 * 0.03125 + 0.5 * 2.75 + 0.5 * 0.75) / 4),
    ],
)
def test_the_loss_counts_known_labels_only(kind, expected):
    predictions = torch.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)
    targets = torch.tensor([[0.75, 5.0], [UNKNOWN, 3.0]])
    weights = torch.tensor([2.0, 1.0])
    total = (~targets.isnan() * weights).sum()
    assert total == 4.0
    loss = masked_loss(predictions, targets, weights, total, kind)
    assert loss.item() == pytest.approx(expected)
    loss.backward()
    assert predictions.grad[1, 0] == 0.0
    assert (predictions.grad != 0).sum() == 3


@pytest.mark.parametrize("kind", ["l1", "mse", "huber"])
def test_losses_of_shards_add_up_to_the_loss_of_the_whole(kind):
    """Ranks with few and with many labels: each divides by the labels of all."""
    torch.manual_seed(0)
    predictions = torch.randn(9, 3, dtype=torch.float64, requires_grad=True)
    targets = torch.randn(9, 3, dtype=torch.float64)
    targets[:4, 1:] = UNKNOWN
    weights = torch.tensor([1.0, 4.0, 0.5], dtype=torch.float64)
    total = (~targets.isnan() * weights).sum()
    whole = masked_loss(predictions, targets, weights, total, kind)
    parts = [
        masked_loss(predictions[rows], targets[rows], weights, total, kind)
        for rows in (slice(0, 3), slice(3, 9))
    ]
    assert sum(part.item() for part in parts) == pytest.approx(whole.item(), rel=1e-14)
    gradient = torch.autograd.grad(whole, predictions, retain_graph=True)[0]
    summed = torch.autograd.grad(sum(parts), predictions)[0]
    torch.testing.assert_close(gradient, summed)


def test_rare_labels_weigh_more():
    keys = ["optb88vdw_bandgap", "slme", "spillage", "exfoliation_energy"]
    weights = label_weights(keys, torch.tensor([1.0, 1.0, 0.25, 0.0]))
    torch.testing.assert_close(weights, torch.tensor([4.0, 1.0, 2.0, 1e-3**-0.5]))


def compositions(rows: int, seed: int = 0) -> np.ndarray:
    """Random mixtures of eight elements, (rows, 119)."""
    fractions = np.zeros((rows, 119))
    values = np.random.default_rng(seed).dirichlet(np.full(8, 0.5), size=rows)
    fractions[:, [1, 6, 8, 11, 14, 17, 26, 82]] = values
    return fractions


@pytest.mark.parametrize("key", PROPERTIES)
def test_targets_decode_to_the_values_they_came_from(key):
    generator = np.random.default_rng(1)
    values = generator.gamma(2.0, 3.0, size=200)
    values[::7] = np.nan
    sizes = sizes_of(key, generator.integers(1, 30, 200), generator.integers(1, 9, 200))
    composition = compositions(200)
    scaling = fit_scaling(key, values, composition, sizes)
    assert Scaling.from_dict(json.loads(json.dumps(scaling.to_dict()))) == scaling
    targets = scaling.encode(values, composition, sizes)
    known = ~np.isnan(values)
    assert np.array_equal(np.isnan(targets), ~known)
    assert np.median(targets[known]) == pytest.approx(0.0, abs=1e-9)
    assert np.abs(targets[known]).mean() == pytest.approx(1.0)
    back = scaling.decode(targets, composition, sizes)
    np.testing.assert_allclose(back[known], values[known], rtol=1e-9)


@pytest.mark.parametrize(
    ("key", "sizes"),
    [
        ("magmom_oszicar", [8, 16]),
        ("ph_heat_capacity", [2, 3]),
        ("optb88vdw_bandgap", [1, 1]),
    ],
)
def test_extensive_values_are_learnt_per_atom(key, sizes):
    """Per cell, per formula unit or neither: the same target for one crystal."""
    found = sizes_of(key, np.array([8, 16]), np.array([2, 3]))
    assert found.tolist() == sizes
    scaling = Scaling(key, 0.5, 2.0, (0.0,) * 119)
    values = 1.25 * found
    targets = scaling.encode(values, np.zeros((2, 119)), found)
    assert targets.tolist() == [0.375, 0.375]
    assert scaling.decode(targets, np.zeros((2, 119)), found).tolist() == values.tolist()


def test_what_cannot_be_negative_is_not():
    low = np.array([-1.0])
    nothing, one = np.zeros((1, 119)), np.ones(1)
    gap, modulus, energy = (
        Scaling(key, 0.0, 1.0, (0.0,) * 119).decode(low, nothing, one)[0]
        for key in ("optb88vdw_bandgap", "bulk_modulus_kv", "formation_energy_peratom")
    )
    assert (gap, modulus, energy) == (0.0, -1.0, -1.0)


def test_element_constants_are_found():
    composition = compositions(3000)
    constants = np.random.default_rng(2).normal(size=119) * (composition.sum(axis=0) > 0)
    values = composition @ constants + 0.3
    scaling = fit_derived(
        "optb88vdw_total_energy",
        "formation_energy_peratom",
        composition @ constants,
        composition,
    )
    np.testing.assert_allclose(scaling.constants, constants, atol=1e-3)
    scaling = fit_scaling("bulk_modulus_kv", values, composition, np.ones(3000))
    assert scaling.scale < 1e-3


def test_total_energy_is_formation_energy_plus_element_constants(data):
    """For any network whatever: the two cannot contradict each other."""
    scalings = fit_scalings(data, COLUMNS)
    bases = [scaling.base for scaling in scalings]
    assert bases == ["", "formation_energy_peratom", "", "", ""]
    torch.manual_seed(3)
    values = predict_graphs(
        Crysformer(SMALL, 4).eval(),
        scalings,
        [data.graphs[row] for row in range(8)],
        data.num_sites,
        data.formula_atoms,
    ).values
    constants = np.array(scalings[1].constants)
    assert np.count_nonzero(constants) == 3
    np.testing.assert_allclose(
        values[:, 1] - values[:, 0], data.composition() @ constants, atol=1e-6
    )
    # Na and Cl stand together in all these crystals: only their sum is known.
    assert constants[11] + constants[17] == pytest.approx(-3.0, abs=0.02)
    assert constants[14] == pytest.approx(-5.0, abs=0.02)


def test_a_mean_of_components_needs_all_of_them():
    labels = {"epsx": 1.0, "epsy": 2.0, "epsz": 6.0, "mepsx": 4.0, "mepsz": 5.0}
    eps, meps, gap = property_values(labels, ["eps_mean", "meps_mean", "mbj_bandgap"])
    assert eps == 3.0
    assert np.isnan(meps)
    assert np.isnan(gap)


def test_errors_are_those_of_a_small_table():
    error = property_error(np.array([1.0, UNKNOWN, 3.0, 8.0]), np.array([2.0, 9, 3, 4]))
    assert error.n == 3
    assert error.mae == pytest.approx(5 / 3)
    assert error.rmse == pytest.approx((17 / 3) ** 0.5)
    assert error.mad == pytest.approx((3 + 1 + 4) / 3)
    assert property_error(np.array([UNKNOWN]), np.array([1.0])).n == 0


def test_a_step_without_labels_leaves_finite_weights():
    predictions = torch.randn(3, 2, requires_grad=True)
    targets = torch.full((3, 2), float("nan"))
    loss = masked_loss(predictions, targets, torch.ones(2), torch.zeros(()), "l1")
    loss.backward()
    assert loss == 0.0
    assert torch.equal(predictions.grad, torch.zeros(3, 2))

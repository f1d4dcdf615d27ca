"""The symmetry quotient is an identity: it gives what the full graph gives.

Errors are in standardised units, in which a label deviates by one from its median.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pytest
import torch
from pymatgen.core import Structure

from crysformer.attention.forward_pass import ForwardPass
from crysformer.graph.arrays import GraphArrays
from crysformer.graph.batch import collate
from crysformer.graph.crystal import CrystalGraph
from crysformer.graph.quotient import Quotient, take_quotient
from crysformer.graph.rule import NeighbourRule
from crysformer.graph.standard_cell import Cell, standardise
from crysformer.model.config import get_preset
from crysformer.model.inference import batches_by_work
from crysformer.model.network import Crysformer
from crysformer.training.recipe import masked_loss
from tests.support.crystals import (
    SHARED,
    TEXTBOOK,
    jitter,
    predict,
    random_model,
    shared_structures,
)

TOLERANCE = {torch.float64: 1e-9, torch.float32: 1e-5}
PRECISIONS = pytest.mark.parametrize("dtype", TOLERANCE, ids=["double", "single"])
ENVELOPES = pytest.mark.parametrize("envelope", [False, True])


@dataclass(frozen=True)
class Pair:
    """One cell's graph, once reduced by symmetry and once in full."""

    structure: Structure
    cell: Cell
    reduced: Quotient
    full: Quotient

    @classmethod
    def of(cls, structure: Structure, rule: NeighbourRule) -> "Pair":
        """Both graphs of a structure's standardised cell."""
        cell = standardise(structure)
        reduced, full = (take_quotient(cell, rule, full=each) for each in (False, True))
        return cls(structure, cell, reduced, full)

    def graphs(self) -> tuple[GraphArrays, GraphArrays]:
        """Arrays of the reduced and of the full graph."""
        return GraphArrays.from_quotient(self.reduced), GraphArrays.from_quotient(
            self.full
        )

    def attention_error(self, model: Crysformer) -> float:
        """Largest difference of the weight of any bond or pair of bonds."""
        one, two = (
            ForwardPass.of(model, CrystalGraph(self.structure, self.cell, quotient))
            for quotient in (self.reduced, self.full)
        )
        bonds, full_bonds = one.graph.bonds, two.graph.bonds
        pairs, full_pairs = one.graph.pairs, two.graph.pairs
        for name in ("i", "j", "image", "reverse", "degree"):
            assert np.array_equal(getattr(bonds, name), getattr(full_bonds, name))
        for name in ("bond", "other"):
            assert np.array_equal(getattr(pairs, name), getattr(full_pairs, name))
        np.testing.assert_allclose(bonds.length, full_bonds.length, atol=1e-9)
        # The arc cosine turns rounding into its root near 0 and 180 degrees.
        np.testing.assert_allclose(pairs.angle_deg, full_pairs.angle_deg, atol=1e-5)
        return max(
            np.abs(getattr(found, module) - getattr(expected, module)).max()
            for found, expected in (
                (one.bond_attention, two.bond_attention),
                (one.pair_attention, two.pair_attention),
            )
            for module in ("cross", "conditional")
        )


def network(envelope: bool, dtype: torch.dtype) -> Crysformer:
    return random_model(get_preset("shipped", envelope=envelope), dtype=dtype)


@PRECISIONS
@ENVELOPES
def test_textbook_crystals_give_equal_predictions_and_attention(envelope, dtype):
    model = network(envelope, dtype)
    for make in TEXTBOOK.values():
        pair = Pair.of(make(), model.config.neighbour_rule)
        reduced, full = pair.graphs()
        difference = predict(model, reduced) - predict(model, full)
        assert np.abs(difference).max() < TOLERANCE[dtype]
        assert pair.attention_error(model) < TOLERANCE[dtype]


@ENVELOPES
def test_a_noisy_supercell_gives_equal_predictions_and_attention(envelope):
    """Averaging makes noise within the tolerance as good as none."""
    structure = TEXTBOOK["fluorite"]()
    structure.make_supercell([1, 1, 2])
    model = network(envelope, torch.float64)
    pair = Pair.of(jitter(structure, 0.003), model.config.neighbour_rule)
    assert len(pair.reduced.length) < len(pair.full.length)
    reduced, full = pair.graphs()
    assert np.abs(predict(model, reduced) - predict(model, full)).max() < 1e-9
    assert pair.attention_error(model) < 1e-9


@pytest.mark.parametrize("name", TEXTBOOK)
def test_multiplicities_count_every_atom_bond_and_angle(name):
    pair = Pair.of(TEXTBOOK[name](), NeighbourRule(0.1, envelope=False))
    reduced, full = pair.reduced, pair.full
    assert reduced.atom_multiplicity.sum() == pair.cell.num_atoms
    assert (full.bond_multiplicity == 1).all()
    assert (full.angle_multiplicity == 1).all()

    degree = np.bincount(reduced.edge_index[1], weights=reduced.bond_multiplicity)
    representatives = [site.atom for site in reduced.sites]
    assert (degree == np.bincount(full.edge_index[1])[representatives]).all()
    assert reduced.atom_multiplicity @ degree == len(full.length)

    others = np.bincount(reduced.line_index[1], weights=reduced.angle_multiplicity)
    assert (others == degree[reduced.edge_index[1]] - 1).all()
    members = reduced.bond_multiplicity * reduced.atom_multiplicity[reduced.edge_index[1]]
    assert members @ others == len(full.cosine)


@pytest.mark.parametrize(
    ("name", "atoms", "bonds", "angles"),
    [
        # One bond along [100], one along [110]; 5 and 7 kinds of others beside them.
        ("simple_cubic", 1, 2, 12),
        ("rock_salt", 2, 4, 24),
        # Twelve equal bonds; to each of them others stand at 60, 90, 120, 180 degrees.
        ("fcc", 1, 1, 4),
        ("triclinic", 5, None, None),
    ],
)
def test_numbers_of_orbits_are_those_counted_by_hand(name, atoms, bonds, angles):
    pair = Pair.of(TEXTBOOK[name](), NeighbourRule(0.1, envelope=False))
    assert len(pair.reduced.atomic_numbers) == atoms
    assert len(pair.reduced.length) == (bonds or len(pair.full.length))
    assert len(pair.reduced.cosine) == (angles or len(pair.full.cosine))


@PRECISIONS
@ENVELOPES
@pytest.mark.parametrize("kind", ["l1", "huber", "mse"])
def test_loss_and_gradients_are_equal(kind, envelope, dtype):
    model = network(envelope, dtype)
    structures = [make() for make in TEXTBOOK.values()]
    targets = torch.randn(len(structures), 3, dtype=dtype)
    targets[torch.rand(targets.shape) < 0.3] = torch.nan
    weights = torch.tensor([1.0, 2.0, 0.5], dtype=dtype)
    total = (~targets.isnan() * weights).sum()

    pairs = [Pair.of(s, model.config.neighbour_rule).graphs() for s in structures]
    losses, gradients = [], []
    for graphs in zip(*pairs, strict=True):
        model.zero_grad()
        values = model(collate(graphs, dtype)).values
        loss = masked_loss(values, targets, weights, total, kind)
        loss.backward()
        losses.append(loss.item())
        gradients.append([p.grad.clone() for p in model.parameters()])
    assert losses[0] == pytest.approx(losses[1], abs=TOLERANCE[dtype])
    largest = max(float(gradient.abs().max()) for gradient in gradients[1])
    assert largest > 0.01
    for reduced, full in zip(*gradients, strict=True):
        assert float((reduced - full).abs().max()) < TOLERANCE[dtype] * largest


@pytest.fixture(scope="module")
def real_structures() -> list[Structure]:
    """Every 54th crystal of JARVIS's validation set without the few largest."""
    if not SHARED.exists():
        pytest.skip("../shared/data is not beside this copy")
    return shared_structures("jarvis_dft_3d/val.jsonl.gz", every=54, keep=100)


@pytest.mark.slow
@ENVELOPES
def test_real_crystals_give_equal_predictions_and_attention(envelope, real_structures):
    models = {dtype: network(envelope, dtype) for dtype in TOLERANCE}
    rule = models[torch.float64].config.neighbour_rule
    pairs = [Pair.of(structure, rule) for structure in real_structures]
    sides = list(zip(*(pair.graphs() for pair in pairs), strict=True))
    for dtype, model in models.items():
        values = []
        for graphs in sides:
            rows = np.empty((len(graphs), 3))
            for group in groups(graphs):
                rows[group] = predict(model, *(graphs[row] for row in group))
            values.append(rows)
        assert values[0].std(axis=0).min() > 0.01
        assert np.abs(values[0] - values[1]).max() < TOLERANCE[dtype]
        # Carrying weights to every bond takes longer than computing them: the second
        # rule and single precision check a third of the crystals.
        step = 1 if envelope and dtype == torch.float64 else 3
        errors = [pair.attention_error(model) for pair in pairs[::step]]
        assert max(errors) < TOLERANCE[dtype]
    angles = [[len(graph.cosines) for graph in graphs] for graphs in sides]
    assert np.sum(angles[1]) > 4 * np.sum(angles[0])


@pytest.mark.slow
@PRECISIONS
def test_real_crystals_give_equal_loss_and_gradients(dtype, real_structures):
    model = network(True, dtype)
    targets = torch.randn(len(real_structures), 3, dtype=dtype)
    targets[torch.rand(targets.shape) < 0.3] = torch.nan
    weights = torch.tensor([1.0, 2.0, 0.5], dtype=dtype)
    total = (~targets.isnan() * weights).sum()
    rule = model.config.neighbour_rule
    pairs = [Pair.of(structure, rule).graphs() for structure in real_structures]
    batches = list(groups([full for _, full in pairs]))

    losses, gradients = [], []
    for graphs in zip(*pairs, strict=True):
        model.zero_grad()
        loss = 0.0
        for rows in batches:
            values = model(collate([graphs[row] for row in rows], dtype)).values
            part = masked_loss(values, targets[rows], weights, total, "l1")
            part.backward()
            loss += part.item()
        losses.append(loss)
        gradients.append([p.grad.clone() for p in model.parameters()])
    assert losses[0] == pytest.approx(losses[1], abs=TOLERANCE[dtype])
    largest = max(float(gradient.abs().max()) for gradient in gradients[1])
    assert largest > 0.01
    for reduced, full in zip(*gradients, strict=True):
        assert float((reduced - full).abs().max()) < TOLERANCE[dtype] * largest


def groups(graphs: Sequence[GraphArrays]) -> Iterator[np.ndarray]:
    """Rows of graphs that fit in one batch."""
    return batches_by_work(np.array([graph.work for graph in graphs]))


def test_no_cosine_is_beyond_one():
    """Bonds along a chain are parallel; by rounding some angles would be no numbers."""
    for seed in range(10):
        turned, _ = np.linalg.qr(np.random.default_rng(seed).normal(size=(3, 3)))
        turned *= np.linalg.det(turned)
        chain = Structure(np.diag([2.5, 9.0, 9.3]) @ turned, ["C"], [[0, 0, 0]])
        cosine = take_quotient(standardise(chain), NeighbourRule(), full=True).cosine
        assert cosine.max() <= 1.0
        assert cosine.min() >= -1.0
        assert np.allclose([cosine.max(), cosine.min()], [1.0, -1.0])

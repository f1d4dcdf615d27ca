"""Controls: networks with shuffled weights, and the doubled cell."""

from dataclasses import replace

import numpy as np
import pytest

from crysformer.attention.forward_pass import ForwardPass
from crysformer.attention.statistics import sum_at_centres
from crysformer.faithfulness.controls import check_symmetry, shuffled
from tests.support.attention import attend
from tests.support.crystals import TEXTBOOK, wurtzite
from tests.support.faithfulness import prepared


def test_a_shuffled_network_has_the_same_numbers_in_another_order(model):
    other = shuffled(model, 1)
    before = {name: value.clone() for name, value in model.named_parameters()}
    for name, value in other.named_parameters():
        assert value.flatten().sort().values.equal(before[name].flatten().sort().values)
    assert not other.atom_layers[0].cross.query.weight.equal(
        model.atom_layers[0].cross.query.weight
    )
    again = shuffled(model, 1)
    assert again.atom_embedding.weight.equal(other.atom_embedding.weight)


def test_attention_of_another_network_is_on_the_same_bonds(model):
    own = attend(model, wurtzite())
    other = ForwardPass.of(shuffled(model, 2), own.graph).bond_attention
    assert np.abs(other.cross - own.cross).max() > 1e-3
    assert sum_at_centres(other.cross, own.bonds.i) == pytest.approx(1.0)


@pytest.mark.parametrize("name", ["rock_salt", "wurtzite", "triclinic"])
def test_equal_bonds_stay_equal_in_a_doubled_cell_without_symmetry(model, name):
    found = check_symmetry(model, prepared(TEXTBOOK[name]()))
    assert found.equal_bonds < 1e-12
    assert found.weights < 1e-12
    assert found.values < 1e-10
    assert found.bonds > 24


def test_the_symmetry_check_can_fail(model):
    """The quotient of one crystal beside the cell of another, in which an atom moved."""
    graph = prepared(wurtzite())
    coords = graph.cell.frac_coords.copy()
    coords[0] += [0.004, 0.0, 0.0]
    torn = replace(graph, cell=replace(graph.cell, frac_coords=coords))
    found = check_symmetry(model, torn)
    assert max(found.equal_bonds, found.weights) > 1e-6

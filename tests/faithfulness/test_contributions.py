"""Contributions of atoms against a mean that leaves them out."""

import numpy as np
import pytest
import torch

from crysformer.faithfulness.contributions import atom_contributions, site_contributions
from crysformer.properties.elements import NUM_ELEMENTS
from crysformer.properties.scaling import Scaling
from tests.support.attention import look_at
from tests.support.crystals import bcc, perovskite


def test_contributions_of_atoms_do_not_depend_on_the_size_of_the_cell(model):
    structure = perovskite()
    found = atom_contributions(model, look_at(model, structure))
    assert found.shape == (3, 3)
    assert (np.abs(found) > 1e-6).all()
    doubled = look_at(model, structure.make_supercell([2, 1, 1], in_place=False))
    assert atom_contributions(model, doubled) == pytest.approx(found)


def test_leaving_a_kind_of_atom_out_is_the_mean_over_the_others(model):
    seen = look_at(model, perovskite())
    found = atom_contributions(model, seen)
    atoms = torch.from_numpy(seen.atom_features)
    weights = torch.tensor([1.0, 1.0, 3.0], dtype=torch.float64) / 5
    means = torch.stack([weights @ atoms, (atoms[1] + 3 * atoms[2]) / 4])
    whole, without = model.heads(means).detach().numpy()
    assert whole == pytest.approx(seen.outputs)
    assert found[0] == pytest.approx(whole - without)


def test_one_kind_of_atom_has_no_contribution_to_tell_apart(model):
    assert np.isnan(atom_contributions(model, look_at(model, bcc()))).all()


def test_equal_sites_add_the_same_in_the_unit_of_the_property(model):
    # Decoded by a factor of 2 eV; perovskite is Sr, Ti and three O.
    scaling = Scaling("formation_energy_peratom", 0.5, 2.0, (0.0,) * NUM_ELEMENTS)
    seen = look_at(model, perovskite())
    found = site_contributions(model, seen, scaling, 1)
    kinds = 2.0 * atom_contributions(model, seen)[:, 1]
    assert found == pytest.approx(kinds[seen.graph.atom_of_site])
    assert found[2:] == pytest.approx(found[2])
    assert len(set(found.round(9))) == 3

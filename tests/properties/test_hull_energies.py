"""The hull energies of the JARVIS release, which follow from its total energies."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from crysformer.data.dataset import read_rows
from crysformer.model.inference import decode, predict_graphs
from crysformer.model.network import Crysformer
from crysformer.properties.elements import NUM_ELEMENTS
from crysformer.properties.scaling import Scaling, fit_derived, share_of_base
from crysformer.structure.formula import formula_unit_atoms
from crysformer.training.datasets import fit_scalings
from tests.support.crystals import SHARED
from tests.support.training import COLUMNS, SMALL

BASE = "optb88vdw_total_energy"

ENERGIES = {6: -8.02828, 7: -6.86059, 13: -2.24768, 14: -4.16906}
"""Lowest total energy of an element in the release, eV/atom."""


def test_hull_energies_are_reckoned_as_those_of_the_release():
    """AlN and SiC from the total energies of compound and elements."""
    constants = np.zeros(NUM_ELEMENTS)
    constants[list(ENERGIES)] = [-energy for energy in ENERGIES.values()]
    nothing = (0.0,) * NUM_ELEMENTS
    scalings = [
        Scaling("optb88vdw_total_energy", 0.0, 1.0, nothing),
        Scaling("ehull", 0.0, 1.0, tuple(constants.tolist()), "optb88vdw_total_energy"),
    ]
    composition = np.zeros((3, NUM_ELEMENTS))
    composition[np.ix_([0, 2], [7, 13])] = 0.5
    composition[1, [6, 14]] = 0.5
    energies = np.array([[-6.18376], [-6.34204], [-60.0]])
    found = decode(energies, scalings, composition, np.ones(3), np.full(3, 2))
    # Labels of JVASP-7844 and JVASP-107; nothing lies below the hull.
    np.testing.assert_allclose(found[:, 1], [1.46281, 2.92801, 0.0], atol=1.5e-3)


def test_only_the_hull_energy_counts_its_base_by_formula():
    atoms = np.array([2, 5])
    assert share_of_base("ehull", atoms).tolist() == [0.5, 0.2]
    assert share_of_base("optb88vdw_total_energy", atoms).tolist() == [1.0, 1.0]


def test_a_few_crystals_on_another_hull_do_not_move_the_constants():
    """Least squares would be off by the mean excess of the seventh that differs."""
    generator = np.random.default_rng(4)
    composition = np.zeros((3000, NUM_ELEMENTS))
    composition[:, 1:9] = generator.dirichlet(np.full(8, 0.5), size=3000)
    constants = np.zeros(NUM_ELEMENTS)
    constants[1:9] = generator.normal(size=8)
    difference = composition @ constants
    difference[::7] += generator.gamma(1.0, 1.0, size=429)
    scaling = fit_derived("ehull", "optb88vdw_total_energy", difference, composition)
    np.testing.assert_allclose(scaling.constants, constants, atol=2e-3)


def test_any_network_s_hull_energies_follow_from_its_total_energies(data):
    """Fitted on labels, and predicted by random weights."""
    keys = [*COLUMNS[:2], "ehull"]
    constants = np.zeros(NUM_ELEMENTS)
    constants[[11, 14, 17]] = 2.0, 4.0, 2.0
    hull = data.values[:, 1] / data.formula_atoms + data.composition() @ constants
    # Raised to zero, as if many had lain below the hull: nothing can be learnt of them.
    silicon = data.composition()[:, 14] > 0
    for rows in (np.flatnonzero(silicon), np.flatnonzero(~silicon)):
        hull[rows[1:]] = 0.0
    known = replace(data, values=np.column_stack([data.values[:, :2], hull]))
    scalings = fit_scalings(known, keys)
    assert [scaling.base for scaling in scalings] == ["", COLUMNS[0], BASE]
    torch.manual_seed(3)
    values = predict_graphs(
        Crysformer(SMALL, 1).eval(),
        scalings,
        [data.graphs[row] for row in range(len(data))],
        data.num_sites,
        data.formula_atoms,
    ).values
    expected = values[:, 1] / data.formula_atoms + data.composition() @ constants
    np.testing.assert_allclose(values[:, 2], np.maximum(expected, 0.0), atol=0.01)


def test_without_crystals_that_have_both_it_has_an_output(data):
    keys = [*COLUMNS[:2], "ehull"]
    values = np.column_stack([data.values[:, :2], np.abs(data.values[:, 1])])
    values[: len(data) // 2, 1] = np.nan
    values[len(data) // 2 :, 2] = np.nan
    known = replace(data, values=values)
    assert fit_scalings(known, keys)[2].base == ""
    pair = [key for key in keys if key != BASE]
    known = replace(data, values=values[:, [0, 2]])
    scaling = fit_scalings(known, pair)[1]
    assert (scaling.key, scaling.base) == ("ehull", "")
    assert np.count_nonzero(scaling.constants)


@pytest.mark.skipif(not SHARED.exists(), reason="../shared/data is not beside this copy")
def test_labels_follow_from_total_energies():
    """Constants of one half of val give the labels of the other (mean deviation 1.15)."""
    rows = [
        row
        for row in read_rows(SHARED / "jarvis_dft_3d" / "val.jsonl.gz")
        if {"ehull", BASE} <= row.labels.keys()
    ]
    composition = np.zeros((len(rows), NUM_ELEMENTS))
    for number, row in enumerate(rows):
        for element, fraction in row.structure.composition.fractional_composition.items():
            composition[number, element.Z] = fraction
    atoms = np.array([formula_unit_atoms(row.structure) for row in rows])
    labels, energies = (
        np.array([row.labels[key] for row in rows]) for key in ("ehull", BASE)
    )
    share = energies * share_of_base("ehull", atoms)
    one, other = slice(0, None, 2), slice(1, None, 2)
    scaling = fit_derived("ehull", BASE, (labels - share)[one], composition[one])
    ones = np.ones(len(share[other]))
    errors = np.abs(
        scaling.decode(share[other], composition[other], ones) - labels[other]
    )
    assert len(rows) > 5_500
    assert (errors < 5e-3).mean() > 0.75
    assert errors.mean() < 0.03

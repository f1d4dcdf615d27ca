"""Measured values: of crystals that exist, with sources, and Hill's mean by another."""

import pytest
from pymatgen.analysis.elasticity.elastic import ElasticTensor

from crysformer.library.catalogue import load_library
from crysformer.library.measured import hill_moduli, load_measured


def test_every_value_is_of_a_known_crystal_and_has_a_source():
    found = load_measured()
    assert set(found) <= set(load_library())
    assert all(value.source for crystal in found.values() for value in crystal.values())
    ends = {"gap": (0.1, 15), "bulk": (5, 450), "shear": (1, 540)}
    for crystal in found.values():
        for quantity, measured in crystal.items():
            assert ends[quantity][0] < measured.value < ends[quantity][1]


def test_hills_mean_is_that_of_pymatgen():
    c11, c12, c44 = 166.0, 63.9, 79.6
    matrix = [[c12] * 3 + [0] * 3 for _ in range(3)] + [[0] * 6 for _ in range(3)]
    for k in range(6):
        matrix[k][k] = c11 if k < 3 else c44
    tensor = ElasticTensor.from_voigt(matrix)
    bulk, shear = hill_moduli(c11, c12, c44)
    assert bulk == pytest.approx(tensor.k_vrh)
    assert shear == pytest.approx(tensor.g_vrh)


def test_silicon():
    silicon = load_measured()["diamond-si"]
    assert silicon["gap"].value == 1.11
    assert silicon["bulk"].value == pytest.approx(97.9, abs=0.1)

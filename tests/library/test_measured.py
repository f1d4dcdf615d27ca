"""Measured values: of crystals that exist, with sources, and Hill's mean by another."""

import pytest
from pymatgen.analysis.elasticity.elastic import ElasticTensor

from crysformer.library.catalogue import load_library
from crysformer.library.measured import cubic, hexagonal, hill_moduli, load_measured


def test_every_value_is_of_a_known_crystal_and_has_a_source():
    found = load_measured()
    assert set(found) <= set(load_library())
    assert all(value.source for crystal in found.values() for value in crystal.values())
    ends = {"gap": (0.1, 15), "bulk": (5, 450), "shear": (1, 540)}
    for crystal in found.values():
        for quantity, measured in crystal.items():
            assert ends[quantity][0] < measured.value < ends[quantity][1]


@pytest.mark.parametrize(
    "stiffness",
    [cubic(166.0, 63.9, 79.6), hexagonal(163.68, 36.4, 53.0, 63.47, 38.79)],
    ids=["cubic", "hexagonal"],
)
def test_hills_mean_is_that_of_pymatgen(stiffness):
    tensor = ElasticTensor.from_voigt(stiffness)
    bulk, shear = hill_moduli(stiffness)
    assert bulk == pytest.approx(tensor.k_vrh)
    assert shear == pytest.approx(tensor.g_vrh)


def test_silicon():
    silicon = load_measured()["diamond-si"]
    assert silicon["gap"].value == 1.12
    assert silicon["bulk"].value == pytest.approx(97.8, abs=0.1)

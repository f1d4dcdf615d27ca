"""Wrong crystals are wrong in one thing."""

import numpy as np
import pytest
from pymatgen.core import Lattice, Structure

from crysformer.training.wrong_crystals import (
    random_positions,
    scaled_volume,
    swapped_species,
)

METALS = {"Na": 4.0, "K": 4.6, "Li": 3.6}


ANIONS = {"Cl": 1.4, "F": 1.0, "Br": 1.6}


def salt(metal="Na", anion="Cl", scale=1.0, shift=0.0):
    """Caesium chloride structure, made less symmetric by a shift of the anion."""
    lattice = Lattice.cubic(scale * (METALS[metal] + ANIONS[anion]) / np.sqrt(3) * 1.15)
    return Structure(lattice, [metal, anion], [[0, 0, 0], [0.5, 0.5, 0.5 + shift]])


def test_wrong_crystals_are_wrong_in_one_thing():
    random, crystal = np.random.default_rng(0), salt()
    swapped = swapped_species(crystal, range(20, 60), random)
    assert swapped.lattice == crystal.lattice
    assert not set(swapped.species) & set(crystal.species)
    scaled = scaled_volume(crystal, random)
    assert scaled.species == crystal.species
    factor = scaled.volume / crystal.volume
    assert 0.7 <= factor <= 0.9 or 1.15 <= factor <= 1.4
    moved = random_positions(crystal, random)
    assert moved.volume == pytest.approx(crystal.volume)
    crowded = Structure(Lattice.cubic(0.6), ["H"] * 4, np.zeros((4, 3)))
    assert random_positions(crowded, random) is None

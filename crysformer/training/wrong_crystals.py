"""Crystals that are wrong on purpose, for a score of novelty to tell from real ones."""

from collections.abc import Sequence

import numpy as np
from pymatgen.core import Element, Structure

from crysformer.structure.checks import MIN_DISTANCE

_TRIES = 200


def swapped_species(
    structure: Structure, numbers: Sequence[int], random: np.random.Generator
) -> Structure:
    """The same sites with every element replaced by another one, drawn from some."""
    old = sorted({site.specie.Z for site in structure})
    new = random.choice(list(numbers), len(old), replace=False)
    names = {z: Element.from_Z(int(n)) for z, n in zip(old, new, strict=True)}
    species = [names[site.specie.Z] for site in structure]
    return Structure(structure.lattice, species, structure.frac_coords)


def scaled_volume(structure: Structure, random: np.random.Generator) -> Structure:
    """The same crystal squeezed to 0.7-0.9 or blown up to 1.15-1.4 of its volume."""
    low, high = ((0.7, 0.9), (1.15, 1.4))[int(random.integers(2))]
    scaled = structure.copy()
    scaled.scale_lattice(structure.volume * random.uniform(low, high))
    return scaled


def random_positions(
    structure: Structure, random: np.random.Generator
) -> Structure | None:
    """The same atoms anywhere in the same cell, or None where none fit 0.5 Å apart."""
    for _ in range(_TRIES):
        places = random.random((len(structure), 3))
        moved = Structure(structure.lattice, structure.species, places)
        apart = moved.distance_matrix + 10.0 * np.eye(len(moved))
        if apart.min() > MIN_DISTANCE:
            return moved
    return None

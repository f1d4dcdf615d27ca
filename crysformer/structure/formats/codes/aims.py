"""Read geometry.in of FHI-aims: lattice_vector, atom and atom_frac."""

import numpy as np

from crysformer.structure.formats.lines import known_lines, numbers, species
from crysformer.structure.formats.raw import (
    RawCrystal,
    check_number_of_sites,
    check_periodic,
)


def read_aims(text: str) -> RawCrystal:
    """Read the crystal of a geometry.in.

    Raises:
        StructureError: It is a molecule, or has a number that is none.
    """
    lattice, sites, coords, fractional = [], [], [], []
    for words in known_lines(text):
        keyword = words[0].lower()
        if keyword == "lattice_vector":
            lattice.append(numbers(words[1:], 3, "lattice_vector"))
        elif keyword in ("atom", "atom_frac"):
            check_number_of_sites(len(coords) + 1)
            coords.append(numbers(words[1:], 3, keyword))
            sites.append(species(words[4] if len(words) > 4 else "?"))
            fractional.append(keyword == "atom_frac")
    rows = np.zeros((3, 3))
    rows[: len(lattice)] = lattice[:3] or rows[:0]
    check_periodic(rows, rows.any(axis=1))
    places = np.array(coords).reshape(-1, 3)
    is_fractional = np.array(fractional, dtype=bool)
    places[is_fractional] = places[is_fractional] @ rows
    return RawCrystal(rows, sites, places, cartesian=True)

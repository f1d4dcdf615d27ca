"""Formulas of structures."""

import numpy as np
from pymatgen.core import Structure

from crysformer.silence import quiet


def reduced_formula(structure: Structure) -> str:
    """Reduced formula of a structure."""
    # pymatgen orders elements by electronegativity and warns of every noble gas.
    with quiet():
        return structure.composition.reduced_formula


def formula_unit_atoms(structure: Structure) -> int:
    """Atoms per formula unit: of the composition divided by its common divisor.

    pymatgen's formula writes O2 or Na2O2 for elements and peroxides; the labels count the
    smallest unit (O, NaO).
    """
    counts = [int(count) for count in structure.composition.values()]
    return sum(counts) // int(np.gcd.reduce(counts))

"""Formulas of structures."""

import numpy as np
from pymatgen.core import Composition, Structure

from crysformer.silence import quiet


def reduced_formula(crystal: Structure | Composition) -> str:
    """Reduced formula of a structure or a composition."""
    # pymatgen orders elements by electronegativity and warns of every noble gas.
    with quiet():
        return _composition(crystal).reduced_formula


def formula_unit_atoms(crystal: Structure | Composition) -> int:
    """Atoms per formula unit: of the composition divided by its common divisor.

    pymatgen's formula writes O2 or Na2O2 for elements and peroxides; the labels count the
    smallest unit (O, NaO).
    """
    counts = [int(count) for count in _composition(crystal).values()]
    return sum(counts) // int(np.gcd.reduce(counts))


def _composition(crystal: Structure | Composition) -> Composition:
    return crystal if isinstance(crystal, Composition) else crystal.composition

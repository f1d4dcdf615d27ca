"""Stretching a crystal: the cell changes, the fractions of it that atoms sit at do not.

Strains are engineering strains of lengths in the given cell, in per cent. A uniaxial
strain along a lattice vector leaves every length perpendicular to that vector as it is.
"""

from enum import StrEnum

import numpy as np
from numpy.typing import NDArray
from pymatgen.core import Lattice, Structure

from crysformer.errors import SettingsError


class StrainMode(StrEnum):
    """What is strained: all directions alike, or one lattice vector's."""

    ISOTROPIC = "Isotropic"
    ALONG_A = "Along a"
    ALONG_B = "Along b"
    ALONG_C = "Along c"


LARGEST = 5.0
# Smaller steps would be taken for noise: symmetry is sought within 0.01 Å.
STEP = 0.5
STRAINS: tuple[float, ...] = tuple(
    (np.arange(-LARGEST, LARGEST + STEP, STEP).round(6) + 0.0).tolist()
)


def deformation(structure: Structure, mode: StrainMode, percent: float) -> NDArray:
    """Matrix F that maps positions, as rows ``x F``, onto strained ones.

    Args:
        structure: Crystal whose lattice vectors name the directions.
        mode: All directions alike, or one lattice vector's.
        percent: Strain.

    Raises:
        SettingsError: The strain would turn the cell inside out.
    """
    if percent <= -100:
        raise SettingsError(f"A strain of {percent:g} % leaves no volume to the crystal.")
    if mode == StrainMode.ISOTROPIC:
        return np.eye(3) * (1 + percent / 100)
    vector = structure.lattice.matrix["abc".index(mode[-1])]
    along = vector / np.linalg.norm(vector)
    return np.eye(3) + percent / 100 * np.outer(along, along)


def strained(structure: Structure, mode: StrainMode, percent: float) -> Structure:
    """Return a strained copy of a crystal.

    Raises:
        SettingsError: The strain would turn the cell inside out.
    """
    lattice = structure.lattice.matrix @ deformation(structure, mode, percent)
    return Structure(Lattice(lattice), structure.species, structure.frac_coords)

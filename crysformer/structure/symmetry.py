"""The symmetry that spglib finds in a crystal, or a sentence that it finds none."""

import spglib
from pymatgen.core import Structure

from crysformer.errors import StructureError

SYMPREC = 0.01
"""Distance within which two atoms count as equivalent, in Å (spglib's symprec)."""


def find_symmetry(structure: Structure) -> spglib.SpglibDataset:
    """Find the symmetry of an ordered crystal, in the order of its sites.

    Raises:
        StructureError: spglib cannot determine the symmetry.
    """
    numbers = [site.specie.Z for site in structure]
    cell = (structure.lattice.matrix, structure.frac_coords, numbers)
    try:
        data = spglib.get_symmetry_dataset(cell, SYMPREC)
    except spglib.SpglibError:
        data = None
    if data is None:
        raise StructureError(
            f"spglib finds no symmetry for {structure.composition.reduced_formula} "
            f"within {SYMPREC} Å; check that no two atoms overlap."
        )
    return data

"""Which unit cell of a crystal to show: the one given, a primitive or a conventional one.

Primitive and conventional cells are those of spglib in the standard setting of the
International Tables, with positions made exactly symmetric. A crystal does not depend on
the cell that describes it, and neither do its properties per atom.
"""

from enum import StrEnum

import spglib
from pymatgen.core import Lattice, Structure

from crysformer.errors import StructureError
from crysformer.structure.symmetry import SYMPREC


class CellChoice(StrEnum):
    """A unit cell of a crystal."""

    AS_GIVEN = "As given"
    PRIMITIVE = "Primitive"
    CONVENTIONAL = "Conventional"


def in_cell(structure: Structure, choice: CellChoice) -> Structure:
    """Describe a crystal by another unit cell.

    Args:
        structure: Ordered crystal.
        choice: As given, spglib's primitive cell, or its conventional cell.

    Returns:
        The given object itself, or a new structure in the standard orientation.

    Raises:
        StructureError: spglib cannot determine the symmetry.
    """
    if choice == CellChoice.AS_GIVEN:
        return structure
    numbers = [site.specie.Z for site in structure]
    cell = (structure.lattice.matrix, structure.frac_coords, numbers)
    try:
        found = spglib.standardize_cell(
            cell, choice == CellChoice.PRIMITIVE, symprec=SYMPREC
        )
    except spglib.SpglibError:
        found = None
    if found is None:
        raise StructureError(
            f"spglib finds no {choice.lower()} cell of "
            f"{structure.composition.reduced_formula} within {SYMPREC} Å; "
            "choose the cell as given."
        )
    lattice, frac_coords, kinds = found
    return Structure(Lattice(lattice), kinds, frac_coords)

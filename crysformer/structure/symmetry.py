"""The symmetry of a crystal, and the one that it nearly has."""

from functools import lru_cache

import moyopy
import numpy as np
import spglib
from pymatgen.core import Element, Structure

from crysformer.arrays import FloatArray, IntArray
from crysformer.errors import StructureError

SYMPREC = 0.01
"""Distance within which two atoms count as equivalent, in Å (spglib's symprec)."""

NEAR = 0.1
"""Distance in Å within which a crystal that is less symmetric may be meant to be more:
relaxations stopped early and typed decimals stay below it (our choice)."""

MAX_NEAR = 200
"""Atoms of the largest cell that is asked: more take longer than a person waits."""


def spglib_dataset(
    lattice: FloatArray, frac_coords: FloatArray, numbers: IntArray
) -> spglib.SpglibDataset | None:
    """Space-group data of a cell, or None where spglib cannot tell; not to be changed.

    The last few are remembered: the facts of a crystal, its structure type and its graph
    ask for the same, which takes seconds for a thousand atoms at the edge of the
    tolerance.

    Args:
        lattice: Rows are the lattice vectors, Å, (3, 3).
        frac_coords: (atoms, 3).
        numbers: Z of each atom, (atoms,).
    """
    return _dataset(lattice.tobytes(), frac_coords.tobytes(), tuple(numbers.tolist()))


@lru_cache(maxsize=8)
def _dataset(
    lattice: bytes, frac_coords: bytes, numbers: tuple[int, ...]
) -> spglib.SpglibDataset | None:
    vectors, places = (
        np.frombuffer(given).reshape(-1, 3) for given in (lattice, frac_coords)
    )
    try:
        return spglib.get_symmetry_dataset((vectors, places, numbers), SYMPREC)
    except spglib.SpglibError:
        return None


def find_symmetry(structure: Structure) -> spglib.SpglibDataset:
    """Find the symmetry of an ordered crystal, in the order of its sites.

    Raises:
        StructureError: spglib cannot determine the symmetry.
    """
    data = spglib_dataset(
        structure.lattice.matrix,
        structure.frac_coords,
        np.array([site.specie.Z for site in structure]),
    )
    if data is None:
        raise StructureError(
            f"spglib finds no symmetry for {structure.composition.reduced_formula} "
            f"within {SYMPREC} Å; check that no two atoms overlap."
        )
    return data


def symmetrised(structure: Structure) -> tuple[Structure, int] | None:
    """The crystal with the symmetry that it nearly has.

    Args:
        structure: Ordered crystal.

    Returns:
        Its primitive cell, averaged over the operations that hold within ``NEAR``, and
        the number of that space group; None where these are no more than hold within
        ``SYMPREC``, and for more than ``MAX_NEAR`` atoms.
    """
    if len(structure) > MAX_NEAR:
        return None
    cell = moyopy.Cell(
        structure.lattice.matrix.tolist(),
        structure.frac_coords.tolist(),
        [site.specie.Z for site in structure],
    )
    try:
        found = moyopy.MoyoDataset(cell, symprec=SYMPREC)
        near = moyopy.MoyoDataset(cell, symprec=NEAR)
    except ValueError:
        return None
    ideal = near.prim_std_cell
    same_cell = len(ideal.numbers) == len(found.prim_std_cell.numbers)
    if near.number == found.number and same_cell:
        return None
    species = [Element.from_Z(number) for number in ideal.numbers]
    return Structure(ideal.basis, species, ideal.positions), int(near.number)

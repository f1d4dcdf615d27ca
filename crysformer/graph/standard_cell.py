"""The standardised cell: primitive, exactly symmetric, with the way back to the file.

Everything the network sees is computed on this cell, so a supercell costs what its
primitive cell costs and gives the same answer. Positions and lattice metric are averaged
over the space group found by spglib, because symmetry-equivalent distances in a file are
only nearly equal and the symmetry quotient needs them equal to rounding (our choice).
"""

from dataclasses import dataclass

import numpy as np
import spglib
from pymatgen.core import Structure

from crysformer.arrays import FloatArray, IntArray
from crysformer.structure.symmetry import SYMPREC

# The old way, None instead of an exception, warns of its end at every call.
spglib.error.OLD_ERROR_HANDLING = False


@dataclass(frozen=True)
class SpaceGroup:
    """Space-group operations of a cell as integers; ``x -> W x + w`` on fractions.

    Attributes:
        rotations: W, (ops, 3, 3).
        permutations: Atom that each atom is mapped onto, (ops, atoms).
        shifts: Lattice vector n with ``W x_i + w = x_j + n``, (ops, atoms, 3).
    """

    rotations: IntArray
    permutations: IntArray
    shifts: IntArray

    @property
    def piezoelectric(self) -> bool:
        """Whether symmetry leaves a piezoelectric tensor any component.

        An inversion centre does not, nor does the class 432. Counted by characters: those
        of a third-rank tensor that is symmetric in two indices (Nye, Physical Properties
        of Crystals), which no choice of axes changes.
        """
        trace = np.trace(self.rotations, axis1=1, axis2=2)
        of_square = np.trace(self.rotations @ self.rotations, axis1=1, axis2=2)
        return bool((trace * (trace**2 + of_square)).sum() > 0)

    @classmethod
    def trivial(cls, num_atoms: int) -> "SpaceGroup":
        """The group that holds nothing but the identity."""
        return cls(
            np.eye(3, dtype=np.int64)[None],
            np.arange(num_atoms)[None],
            np.zeros((1, num_atoms, 3), dtype=np.int64),
        )


@dataclass(frozen=True)
class Cell:
    """A standardised cell and its relation to the structure it came from.

    Attributes:
        lattice: Rows are the lattice vectors in Å, (3, 3).
        frac_coords: Fractional coordinates, (atoms, 3).
        atomic_numbers: Z of each atom, (atoms,).
        group: Space-group operations of this cell.
        number: International number of the space group; 1 where none was found.
        site_atom: Atom of this cell that each given site is a copy of, (sites,).
        site_shift: Lattice vector of this cell from that atom to the site, (sites, 3).
        supercell: Given lattice in units of this one, rows as lattices, (3, 3).
    """

    lattice: FloatArray
    frac_coords: FloatArray
    atomic_numbers: IntArray
    group: SpaceGroup
    number: int
    site_atom: IntArray
    site_shift: IntArray
    supercell: IntArray

    @property
    def num_atoms(self) -> int:
        """Number of atoms in this cell."""
        return len(self.atomic_numbers)


def standardise(structure: Structure) -> Cell:
    """Reduce a structure to its primitive cell and average it over its space group.

    Args:
        structure: Ordered periodic structure.

    Returns:
        The cell; where spglib finds no symmetry, the given cell itself.
    """
    lattice = np.array(structure.lattice.matrix, dtype=np.float64)
    frac_coords = np.array(structure.frac_coords, dtype=np.float64)
    numbers = np.array([site.specie.Z for site in structure], dtype=np.int64)

    dataset = _dataset(lattice, frac_coords, numbers)
    site_atom = np.arange(len(numbers))
    site_shift = np.zeros((len(numbers), 3), dtype=np.int64)
    supercell = np.eye(3, dtype=np.int64)
    num_primitive = 0 if dataset is None else dataset.mapping_to_primitive.max() + 1
    if 0 < num_primitive < len(numbers):
        supercell = np.rint(lattice @ np.linalg.inv(dataset.primitive_lattice))
        supercell = supercell.astype(np.int64)
        site_atom = dataset.mapping_to_primitive.astype(np.int64)
        lattice = np.linalg.solve(supercell, lattice)
        frac_coords, site_shift = _average_copies(frac_coords @ supercell, site_atom)
        numbers = numbers[np.unique(site_atom, return_index=True)[1]]
        dataset = _dataset(lattice, frac_coords, numbers)

    if dataset is None or len(dataset.rotations) == 1:
        group, number = SpaceGroup.trivial(len(numbers)), 1
    else:
        rotations = dataset.rotations.astype(np.int64)
        group = _match(rotations, dataset.translations, frac_coords, numbers, lattice)
        lattice = _average_lattice(lattice, rotations)
        frac_coords = _average_positions(frac_coords, group, dataset.translations)
        number = int(dataset.number)
    return Cell(
        lattice,
        frac_coords,
        numbers,
        group,
        number,
        site_atom,
        site_shift,
        supercell,
    )


def _dataset(
    lattice: FloatArray, frac_coords: FloatArray, numbers: IntArray
) -> spglib.SpglibDataset | None:
    """Space-group data of a cell, or None where spglib cannot tell."""
    try:
        return spglib.get_symmetry_dataset((lattice, frac_coords, numbers), SYMPREC)
    except spglib.SpglibError:
        return None


def _average_copies(
    positions: FloatArray, owner: IntArray
) -> tuple[FloatArray, IntArray]:
    """Mean position of the translated copies of each atom, and each copy's shift."""
    first = np.unique(owner, return_index=True)[1]
    shift = np.rint(positions - positions[first][owner]).astype(np.int64)
    total = np.zeros((len(first), 3))
    np.add.at(total, owner, positions - shift)
    return total / np.bincount(owner)[:, None], shift


def _match(
    rotations: IntArray,
    translations: FloatArray,
    frac_coords: FloatArray,
    numbers: IntArray,
    lattice: FloatArray,
) -> SpaceGroup:
    """Find for every operation and atom the atom it lands on."""
    mapped = np.einsum("oab,ib->oia", rotations, frac_coords) + translations[:, None]
    permutations = np.empty(mapped.shape[:2], dtype=np.int64)
    different = numbers[:, None] != numbers[None, :]
    for op, positions in enumerate(mapped):
        offset = positions[:, None] - frac_coords[None, :]
        offset -= np.rint(offset)
        distance = np.linalg.norm(offset @ lattice, axis=-1)
        distance[different] = np.inf
        permutations[op] = distance.argmin(axis=1)
    shifts = np.rint(mapped - frac_coords[permutations]).astype(np.int64)
    return SpaceGroup(rotations, permutations, shifts)


def _average_lattice(lattice: FloatArray, rotations: IntArray) -> FloatArray:
    """Make the metric invariant under every rotation; orientation is kept roughly."""
    metric = lattice @ lattice.T
    metric = np.einsum("oba,bc,ocd->ad", rotations, metric, rotations) / len(rotations)
    # Any square root of the metric will do: the network sees lengths and angles only.
    upper = np.linalg.cholesky(metric)
    rotation, _, other = np.linalg.svd(np.linalg.solve(upper, lattice))
    return upper @ (rotation @ other)


def _average_positions(
    frac_coords: FloatArray, group: SpaceGroup, translations: FloatArray
) -> FloatArray:
    """Make the positions invariant under every operation."""
    mapped = np.einsum("oab,ib->oia", group.rotations, frac_coords)
    mapped += translations[:, None] - group.shifts
    total = np.zeros_like(frac_coords)
    np.add.at(total, group.permutations, mapped)
    return total / len(group.rotations)

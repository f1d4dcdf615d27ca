"""The standardised cell: primitive, exactly symmetric, with the way back to the file.

Everything the network sees is computed on this cell, so a supercell costs what its
primitive cell costs and gives the same answer. Positions and lattice metric are averaged
over the space group, because symmetry-equivalent distances in a file are
only nearly equal and the symmetry quotient needs them equal to rounding (our choice).
Before all that, a cell that is too oblique to search is replaced by a compact one of the
same lattice, and atoms far outside are moved into it: neither changes the crystal.
"""

from dataclasses import dataclass

import numpy as np
from pymatgen.core import Structure

from crysformer.arrays import FloatArray, IntArray
from crysformer.graph.space_group import (
    Operations,
    SpaceGroup,
    certain_operations,
    spglib_operations,
)
from crysformer.structure.periodic import Compact, wrapped
from crysformer.structure.symmetry import spglib_dataset


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
        The cell; where spglib finds no symmetry, the given cell itself or, if that is
        too oblique, a compact one.
    """
    compact = Compact.of(
        np.array(structure.lattice.matrix, dtype=np.float64),
        np.array(structure.frac_coords, dtype=np.float64),
    )
    lattice, frac_coords = compact.lattice, compact.frac_coords
    # ``site.specie`` asks again at every site whether it is ordered.
    numbers = np.array([next(iter(site.species)).Z for site in structure], dtype=np.int64)

    site_atom = np.arange(len(numbers))
    site_shift = compact.shift
    supercell = np.rint(np.linalg.inv(compact.transform)).astype(np.int64)
    found = certain_operations(lattice, frac_coords, numbers)
    if found is None:
        dataset = spglib_dataset(lattice, frac_coords, numbers)
        num_primitive = 0 if dataset is None else dataset.mapping_to_primitive.max() + 1
        if 0 < num_primitive < len(numbers):
            repeats = np.rint(lattice @ np.linalg.inv(dataset.primitive_lattice))
            repeats = repeats.astype(np.int64)
            supercell, site_shift = supercell @ repeats, site_shift @ repeats
            site_atom = dataset.mapping_to_primitive.astype(np.int64)
            lattice = np.linalg.solve(repeats, lattice)
            frac_coords, shift = _average_copies(frac_coords @ repeats, site_atom)
            site_shift = site_shift + shift
            numbers = numbers[np.unique(site_atom, return_index=True)[1]]
            found = certain_operations(lattice, frac_coords, numbers)
            dataset = None if found else spglib_dataset(lattice, frac_coords, numbers)
        if found is None:
            found = spglib_operations(dataset, lattice, frac_coords, numbers)

    if len(found.group.rotations) > 1:
        lattice = _average_lattice(lattice, found.group.rotations)
        frac_coords = _average_positions(frac_coords, found)
    return Cell(
        lattice,
        frac_coords,
        numbers,
        found.group,
        found.number,
        site_atom,
        site_shift,
        supercell,
    )


def _average_copies(
    positions: FloatArray, owner: IntArray
) -> tuple[FloatArray, IntArray]:
    """Mean position of the translated copies of each atom, and each copy's shift."""
    first = np.unique(owner, return_index=True)[1]
    shift = np.rint(positions - positions[first][owner]).astype(np.int64)
    total = np.zeros((len(first), 3))
    np.add.at(total, owner, positions - shift)
    mean, moved = wrapped(total / np.bincount(owner)[:, None])
    return mean, shift + moved[owner]


def _average_lattice(lattice: FloatArray, rotations: IntArray) -> FloatArray:
    """Make the metric invariant under every rotation; orientation is kept roughly."""
    metric = lattice @ lattice.T
    metric = (rotations.transpose(0, 2, 1) @ metric @ rotations).mean(axis=0)
    # Any square root of the metric will do: the network sees lengths and angles only.
    upper = np.linalg.cholesky(metric)
    rotation, _, other = np.linalg.svd(np.linalg.solve(upper, lattice))
    return upper @ (rotation @ other)


def _average_positions(frac_coords: FloatArray, found: Operations) -> FloatArray:
    """Make the positions invariant under every operation."""
    group = found.group
    mapped = frac_coords @ group.rotations.transpose(0, 2, 1)
    mapped += found.translations[:, None] - group.shifts
    total = np.zeros_like(frac_coords)
    np.add.at(total, group.permutations, mapped)
    return total / len(group.rotations)

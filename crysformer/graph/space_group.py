"""The space group of a cell as integers, and how it is found.

Two libraries find symmetry: moyopy in a tenth of the time, spglib in the way that graphs
have always been built. They differ where a crystal lies at the edge of the tolerance. So
moyopy is asked at twice the tolerance, and trusted where all that it finds holds within a
quarter of it: then nothing is at the edge, and spglib finds the same (our choice; see
docs/performance.md). Everything else is spglib's.
"""

import logging
from dataclasses import dataclass

import moyopy
import numpy as np
import spglib

from crysformer.arrays import FloatArray, IntArray
from crysformer.graph.landing import Atoms, nearest_atoms
from crysformer.structure.symmetry import SYMPREC

# The old way, None instead of an exception, warns of its end at every call.
spglib.error.OLD_ERROR_HANDLING = False

# It tells of operations that a supercell lacks; those are left to spglib.
logging.getLogger("moyo").setLevel(logging.ERROR)

_CERTAIN = SYMPREC / 4


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
class Operations:
    """What was found for one cell.

    Attributes:
        group: Operations as integers.
        translations: w of each, (ops, 3).
        number: International number of the space group; 1 where none was found.
    """

    group: SpaceGroup
    translations: FloatArray
    number: int

    @classmethod
    def trivial(cls, num_atoms: int) -> "Operations":
        """The identity alone."""
        return cls(SpaceGroup.trivial(num_atoms), np.zeros((1, 3)), 1)


def certain_operations(
    lattice: FloatArray, frac_coords: FloatArray, numbers: IntArray
) -> Operations | None:
    """Operations of a primitive cell whose symmetry no tolerance makes doubtful.

    Returns:
        What both libraries find; None where spglib has to decide, and where the cell is
        no primitive one.
    """
    cell = moyopy.Cell(lattice.tolist(), frac_coords.tolist(), numbers.tolist())
    try:
        found = moyopy.MoyoDataset(cell, symprec=2 * SYMPREC)
    except ValueError:
        return None
    if found.symprec < 2 * SYMPREC:  # It lowered the tolerance to make a group.
        return None
    # Asked first: the operations of a thousand primitive cells take long to list.
    if len(found.prim_std_cell.numbers) < len(numbers):
        return None
    rotations = np.array(found.operations.rotations, dtype=np.int64)
    if len(rotations) == 1:
        return Operations.trivial(len(numbers))
    if _strain(lattice, rotations) > _CERTAIN:
        return None
    translations = np.array(found.operations.translations)
    group, distance = _match(rotations, translations, frac_coords, numbers, lattice)
    if distance > _CERTAIN:
        return None
    return Operations(group, translations, int(found.number))


def spglib_operations(
    dataset: spglib.SpglibDataset | None,
    lattice: FloatArray,
    frac_coords: FloatArray,
    numbers: IntArray,
) -> Operations:
    """Operations that spglib found in a cell."""
    if dataset is None or len(dataset.rotations) == 1:
        return Operations.trivial(len(numbers))
    rotations = dataset.rotations.astype(np.int64)
    translations = dataset.translations
    group, _ = _match(rotations, translations, frac_coords, numbers, lattice)
    return Operations(group, translations, int(dataset.number))


def _strain(lattice: FloatArray, rotations: IntArray) -> float:
    """How far the rotations move the ends of lattice vectors off each other, Å."""
    metric = lattice @ lattice.T
    lengths = np.sqrt(np.diag(metric))
    change = rotations.transpose(0, 2, 1) @ metric @ rotations - metric
    return float((np.abs(change) / np.sqrt(np.outer(lengths, lengths))).max())


def _match(
    rotations: IntArray,
    translations: FloatArray,
    frac_coords: FloatArray,
    numbers: IntArray,
    lattice: FloatArray,
) -> tuple[SpaceGroup, float]:
    """Find for every operation and atom the atom it lands on.

    Returns:
        The group, and how far an atom lands off another at most, in Å.
    """
    mapped = frac_coords @ rotations.transpose(0, 2, 1) + translations[:, None]
    found = nearest_atoms(
        mapped.reshape(-1, 3),
        np.tile(numbers, len(rotations)),
        Atoms(frac_coords, numbers, lattice),
    )
    permutations = found.atom.reshape(mapped.shape[:2])
    shifts = np.rint(mapped - frac_coords[permutations]).astype(np.int64)
    return SpaceGroup(rotations, permutations, shifts), float(np.sqrt(found.square.max()))

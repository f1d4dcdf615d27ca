"""Which atom an operation maps each atom onto: the nearest of its element.

To compare every landing place with every atom takes seconds for a thousand atoms and 48
operations. So the nearest atom is guessed by one product of matrices, and the guess is
kept where no other atom can be as near; only the rest is compared one by one.
"""

from typing import NamedTuple

import numpy as np

from crysformer.arrays import FloatArray, IntArray
from crysformer.structure.periodic import heights

_FEW = 20_000  # Distances that are compared at once, and need no guess.
_MANY = 200_000  # Products of a guess that are held at once.


class Nearest(NamedTuple):
    """The atom nearest to each place.

    Attributes:
        atom: (places,).
        square: Squared distance to it, Å², (places,).
    """

    atom: IntArray
    square: FloatArray


class Atoms(NamedTuple):
    """Atoms of a cell.

    Attributes:
        frac_coords: (atoms, 3).
        numbers: Z, (atoms,).
        lattice: Rows are the lattice vectors, Å, (3, 3).
    """

    frac_coords: FloatArray
    numbers: IntArray
    lattice: FloatArray


def nearest_atoms(places: FloatArray, numbers: IntArray, atoms: Atoms) -> Nearest:
    """Find the atom of the right element that is nearest to each place.

    Args:
        places: Fractional coordinates, in any cell, (places, 3).
        numbers: Z of the atoms wanted, each of which occurs, (places,).
        atoms: Among which to look.
    """
    if len(places) * len(atoms.numbers) <= _FEW:
        return _compared(places, numbers, atoms)
    atom = _guessed(places, numbers, atoms)
    square = _squares(places - atoms.frac_coords[atom], atoms.lattice)
    unsure = np.flatnonzero(square >= _certain(atoms) ** 2)
    if len(unsure):
        atom[unsure], square[unsure] = _compared(places[unsure], numbers[unsure], atoms)
    return Nearest(atom, square)


def _squares(offset: FloatArray, lattice: FloatArray) -> FloatArray:
    """Squared lengths of offsets, each by whole lattice vectors near zero, Å²."""
    return (((offset - np.rint(offset)) @ lattice) ** 2).sum(axis=-1)


def _compared(places: FloatArray, numbers: IntArray, atoms: Atoms) -> Nearest:
    """Compare places with all atoms, in pieces that stay in a processor's cache."""
    found = Nearest(np.empty(len(places), dtype=np.int64), np.empty(len(places)))
    step = max(1, _FEW // len(atoms.numbers))
    for start in range(0, len(places), step):
        rows = slice(start, start + step)
        square = _squares(places[rows, None] - atoms.frac_coords, atoms.lattice)
        square[numbers[rows, None] != atoms.numbers] = np.inf
        found.atom[rows], found.square[rows] = square.argmin(axis=1), square.min(axis=1)
    return found


def _guessed(places: FloatArray, numbers: IntArray, atoms: Atoms) -> IntArray:
    """Guess the nearest atoms by the largest products of waves."""
    elements = np.unique(atoms.numbers)
    waves = _waves(places, numbers, elements, atoms.lattice)
    waves_of_atoms = _waves(*atoms[:2], elements, atoms.lattice).T
    step = max(1, _MANY // len(atoms.numbers))
    pieces = np.split(waves, range(step, len(waves), step))
    return np.concatenate([(piece @ waves_of_atoms).argmax(axis=1) for piece in pieces])


def _waves(
    places: FloatArray, numbers: IntArray, elements: IntArray, lattice: FloatArray
) -> FloatArray:
    """Numbers whose products fall with the square of a distance, (places, waves).

    Two places have the product ``sum_k |a_k|² cos 2π(x_k - y_k)``, which in a cell with
    right angles falls with their squared distance while that is small. One element is
    worth more than any distance.
    """
    size = np.linalg.norm(lattice, axis=1)
    size /= size.max()
    angle = 2.0 * np.pi * places
    same = 3.0 * (numbers[:, None] == elements)
    return np.concatenate([size * np.cos(angle), size * np.sin(angle), same], axis=1)


def _certain(atoms: Atoms) -> float:
    """Distance in Å of an atom nearer than which there cannot be another of its element.

    Half of what two of them are apart at least. Offsets near zero are shortest vectors
    only up to half of the cell's smallest height.
    """
    apart = heights(atoms.lattice).min() / 2.0
    step = max(1, _FEW // len(atoms.numbers))
    for start in range(0, len(atoms.numbers), step):
        rows = slice(start, start + step)
        offset = atoms.frac_coords[rows, None] - atoms.frac_coords
        square = _squares(offset, atoms.lattice)
        square[atoms.numbers[rows, None] != atoms.numbers] = np.inf
        square[np.arange(len(square)), np.arange(start, start + len(square))] = np.inf
        apart = min(apart, float(np.sqrt(square.min())))
    return apart / 2.0

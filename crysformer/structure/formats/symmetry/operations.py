"""Symmetry operations: whether they are a group, and fit a cell."""

from collections.abc import Sequence
from functools import lru_cache
from math import lcm
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from crysformer.arrays import FloatArray, IntArray

MAX_ORDER = 16_000
"""Operations of the largest group that is generated."""

# Of lengths, squared lengths and scalar products relative to them: a cell that is
# rounded or strained by 1 % still has the symmetry that its file states.
_METRIC_TOLERANCE = 0.02
MAX_DENOMINATOR = 64
MAX_ENTRY = 3


class Operations(NamedTuple):
    """Operations on fractional coordinates, x' = W x + w, of one group or list.

    Attributes:
        rotations: ``(n, 3, 3)`` integers W.
        translations: ``(n, 3)`` integers w times ``denominator``, from 0 to below it.
        denominator: Common denominator of all translations.
    """

    rotations: IntArray
    translations: IntArray
    denominator: int

    def __len__(self) -> int:
        return len(self.rotations)

    @property
    def shifts(self) -> FloatArray:
        """The translations as fractions of the cell vectors."""
        return self.translations / self.denominator

    def packed(self) -> tuple[bytes, bytes, int]:
        """Return all as values that can be compared and hashed."""
        return (
            self.rotations.astype(np.int64).tobytes(),
            self.translations.astype(np.int64).tobytes(),
            self.denominator,
        )

    def distinct(self) -> "Operations":
        """Leave out what is listed again."""
        return _unique(self)

    def has_identity(self) -> bool:
        """Tell whether one operation leaves everything in place."""
        return bool(
            (
                (self.rotations == np.eye(3)).all(axis=(1, 2))
                & (self.translations == 0).all(axis=1)
            ).any()
        )

    def without(self, index: int) -> "Operations":
        """Leave out one operation."""
        return _take(self, [each for each in range(len(self)) if each != index])

    def times(self, other: "Operations") -> "Operations":
        """Return every product of one of these and one of the others."""
        denominator = lcm(self.denominator, other.denominator)
        return _products(_rescaled(self, denominator), _rescaled(other, denominator))


def unpacked(rotations: bytes, translations: bytes, denominator: int) -> Operations:
    """Return what was packed."""
    return Operations(
        np.frombuffer(rotations, np.int64).reshape(-1, 3, 3),
        np.frombuffer(translations, np.int64).reshape(-1, 3),
        denominator,
    )


IDENTITY = Operations(np.eye(3, dtype=np.int64)[None], np.zeros((1, 3), np.int64), 1)


def from_gemmi(operations: Sequence[object]) -> Operations:
    """Convert the operations of gemmi, whose common denominator is 24."""
    rotations = [np.array(op.rot) // op.DEN for op in operations]
    shifts = [np.array(op.tran) % op.DEN for op in operations]
    return Operations(np.array(rotations), np.array(shifts), operations[0].DEN)


def keeps_metric(operations: Operations, lattice: FloatArray) -> NDArray[np.bool_]:
    """Tell of each operation whether it maps the lattice onto itself, to 1 %.

    Args:
        operations: On fractional coordinates.
        lattice: Rows are the cell vectors, in Å.
    """
    lengths = np.linalg.norm(lattice, axis=1)
    metric = lattice @ lattice.T
    moved = np.swapaxes(operations.rotations, 1, 2) @ metric @ operations.rotations
    off = np.abs(moved - metric) / np.outer(lengths, lengths)
    return off.max(axis=(1, 2)) <= _METRIC_TOLERANCE


def closure(operations: Operations) -> Operations | None:
    """Return the smallest group that contains some operations, or None if it is huge.

    The identity comes first, and the given operations keep their order.
    """
    return _closure(*operations.packed())


@lru_cache(maxsize=128)
def _closure(
    rotations: bytes, translations: bytes, denominator: int
) -> Operations | None:
    operations = unpacked(rotations, translations, denominator)
    denominator = operations.denominator
    start = Operations(IDENTITY.rotations, IDENTITY.translations, denominator)
    group = _unique(_joined(start, operations))
    if np.abs(group.rotations).max() > MAX_ENTRY:
        return None
    known = set(_keys(start).tolist())
    generators = start
    grown = start
    for index, key in enumerate(_keys(group).tolist()):
        if key in known:
            continue
        generators = _joined(generators, _take(group, [index]))
        while True:
            products = _unique(_joined(grown, _products(grown, generators)))
            if len(products) > MAX_ORDER or np.abs(products.rotations).max() > MAX_ENTRY:
                return None
            if len(products) == len(grown):
                break
            grown = products
        known = set(_keys(grown).tolist())
    if len(grown) == len(group):
        return group
    return _unique(_joined(group, grown))


def _rescaled(operations: Operations, denominator: int) -> Operations:
    factor = denominator // operations.denominator
    return Operations(operations.rotations, operations.translations * factor, denominator)


def _take(operations: Operations, index: IntArray | list[int]) -> Operations:
    return Operations(
        operations.rotations[index],
        operations.translations[index],
        operations.denominator,
    )


def _joined(one: Operations, other: Operations) -> Operations:
    return Operations(
        np.concatenate([one.rotations, other.rotations]),
        np.concatenate([one.translations, other.translations]),
        one.denominator,
    )


def _products(left: Operations, right: Operations) -> Operations:
    """Return every product of one of the first and one of the second."""
    rotations = left.rotations[:, None] @ right.rotations[None]
    turned = (left.rotations[:, None] @ right.translations[None, :, :, None])[..., 0]
    shifts = (turned + left.translations[:, None]) % left.denominator
    return Operations(
        rotations.reshape(-1, 3, 3), shifts.reshape(-1, 3), left.denominator
    )


def _keys(operations: Operations) -> IntArray:
    """Return one integer for each operation, the same for the same operation."""
    base = 2 * MAX_ENTRY + 1
    entries = (operations.rotations.reshape(-1, 9) + MAX_ENTRY) % base
    digits = entries @ base ** np.arange(9)
    for axis in range(3):
        digits = digits * operations.denominator + operations.translations[:, axis]
    return digits


def _unique(operations: Operations) -> Operations:
    """Leave out what is listed again."""
    _, first = np.unique(_keys(operations), return_index=True)
    return _take(operations, np.sort(first))

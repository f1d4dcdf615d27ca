"""What experiments say of textbook crystals: band gap and moduli, typed with sources.

The facts live in ``measured.toml``. The network predicts calculated values, so a measured
one is no label of it: it stands beside the prediction for whoever wants the real number.
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

import numpy as np

from crysformer.arrays import FloatArray
from crysformer.errors import LibraryError

Quantity = Literal["gap", "bulk", "shear"]


@dataclass(frozen=True)
class Measured:
    """One measured value.

    Attributes:
        value: eV for a gap, GPa for a modulus.
        source: Paper or book.
    """

    value: float
    source: str


@cache
def load_measured() -> Mapping[str, Mapping[Quantity, Measured]]:
    """Read the measured values that come with the package.

    Returns:
        The values by id of a library crystal and quantity; the same mapping each time.

    Raises:
        LibraryError: A crystal has two values of one quantity.
    """
    text = Path(__file__).with_name("measured.toml").read_text("utf-8")
    found: dict[str, dict[Quantity, Measured]] = {}
    for id_, quantity, measured in _values(tomllib.loads(text)):
        crystal = found.setdefault(id_, {})
        if quantity in crystal:
            raise LibraryError(f"'{id_}' has two measured values of {quantity}.")
        crystal[quantity] = measured
    return found


def hill_moduli(stiffness: FloatArray) -> tuple[float, float]:
    """Bulk and shear modulus of a polycrystal, in the constants' unit.

    The means of the bounds by Voigt and by Reuss (R. Hill, Proc. Phys. Soc. A 65, 349
    (1952)).

    Args:
        stiffness: Elastic constants in Voigt's notation (6, 6).
    """
    a, b, c = _sums(stiffness)
    bulk_voigt, shear_voigt = (a + 2 * b) / 9, (a - b + 3 * c) / 15
    a, b, c = _sums(np.linalg.inv(stiffness))
    bulk_reuss, shear_reuss = 1 / (a + 2 * b), 15 / (4 * a - 4 * b + 3 * c)
    return (bulk_voigt + bulk_reuss) / 2, (shear_voigt + shear_reuss) / 2


def _sums(matrix: FloatArray) -> tuple[float, float, float]:
    """Of the normal components, of those between them, and of the shear components."""
    diagonal = np.diag(matrix)
    between = np.triu(matrix[:3, :3], 1).sum()
    return float(diagonal[:3].sum()), float(between), float(diagonal[3:].sum())


def cubic(c11: float, c12: float, c44: float) -> FloatArray:
    """Stiffness of a cubic crystal in Voigt's notation (6, 6)."""
    return hexagonal(c11, c12, c12, c11, c44, c44)


def hexagonal(
    c11: float, c12: float, c13: float, c33: float, c44: float, c66: float | None = None
) -> FloatArray:
    """Stiffness of a hexagonal crystal in Voigt's notation (6, 6).

    Args:
        c11: As in Voigt's notation, and so are the next ones.
        c12: The same.
        c13: The same.
        c33: The same.
        c44: The same.
        c66: The same; (c11 - c12) / 2 in a hexagonal crystal.
    """
    matrix = np.diag([c11, c11, c33, c44, c44, (c11 - c12) / 2 if c66 is None else c66])
    matrix[0, 1] = matrix[1, 0] = c12
    matrix[:2, 2] = matrix[2, :2] = c13
    return matrix


def _values(document: Mapping[str, Any]) -> Iterator[tuple[str, Quantity, Measured]]:
    for group in document["gap"]:
        for id_, value in group["of"].items():
            yield id_, "gap", Measured(value, group["source"])
    for name, stiffness in (("cubic", cubic), ("hexagonal", hexagonal)):
        for group in document[name]:
            source = f"from elastic constants (Hill's mean): {group['source']}"
            for id_, constants in group["of"].items():
                bulk, shear = hill_moduli(stiffness(*constants))
                yield id_, "bulk", Measured(bulk, source)
                yield id_, "shear", Measured(shear, source)

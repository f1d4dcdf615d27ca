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


def hill_moduli(c11: float, c12: float, c44: float) -> tuple[float, float]:
    """Bulk and shear modulus of a polycrystal of cubic grains, in the constants' unit.

    The shear modulus is the mean of the bounds by Voigt and by Reuss (R. Hill, Proc.
    Phys. Soc. A 65, 349 (1952)); for a cubic crystal both give one bulk modulus.

    Args:
        c11: Elastic stiffness of a cubic crystal.
        c12: The same.
        c44: The same.
    """
    voigt = (c11 - c12 + 3 * c44) / 5
    reuss = 5 * (c11 - c12) * c44 / (4 * c44 + 3 * (c11 - c12))
    return (c11 + 2 * c12) / 3, (voigt + reuss) / 2


def _values(document: Mapping[str, Any]) -> Iterator[tuple[str, Quantity, Measured]]:
    plain: tuple[Quantity, ...] = ("gap", "bulk")
    for quantity in plain:
        for group in document[quantity]:
            for id_, value in group["of"].items():
                yield id_, quantity, Measured(value, group["source"])
    for group in document["elastic"]:
        for id_, constants in group["of"].items():
            bulk, shear = hill_moduli(*constants)
            source = f"from c₁₁, c₁₂, c₄₄ (Hill's mean): {group['source']}"
            yield id_, "bulk", Measured(bulk, source)
            yield id_, "shear", Measured(shear, source)

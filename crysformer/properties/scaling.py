"""From property values to standardised targets and back.

In this order: per-cell or per-formula-unit values to values per atom; heavy tails through
their transform; minus a linear fit of one constant per element where that helps; minus
the median, over the mean absolute deviation.

Two properties have no output of their own. Total energy minus formation energy is linear
in composition to 0.8 meV/atom, so it is the predicted formation energy plus element
constants, and the two cannot contradict each other. The hull energy of the JARVIS release
is the total energy over the atoms of the formula plus element constants, wherever the
elements are the hull that it was measured from.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crysformer.properties.elements import NUM_ELEMENTS
from crysformer.properties.table import PROPERTIES

_RIDGE = 1e-3
"""Keeps constants of elements that a label hardly knows near zero."""

_REWEIGHTINGS = 50
"""Of a fit by absolute deviations; in another 50 two constants of JARVIS's hull energies
move by more than 2 meV, the largest by 14."""

_EXACT = 1e-3
"""Deviation in a property's unit below which a row weighs no more than it would at it."""


@dataclass(frozen=True)
class Scaling:
    """One property's way between values and targets.

    Attributes:
        key: Property.
        shift: Median after transform and element constants.
        scale: Mean absolute deviation from it.
        constants: Contribution of each element by atomic number, (119,).
        base: Property to whose prediction, times ``share_of_base``, this one adds its
            constants; or empty.
    """

    key: str
    shift: float
    scale: float
    constants: tuple[float, ...]
    base: str = ""

    def encode(self, values: NDArray, composition: NDArray, sizes: NDArray) -> NDArray:
        """Values to targets; NaN stays NaN, (rows,)."""
        rows = learnt_scale(self.key, values / sizes)
        return (rows - composition @ np.array(self.constants) - self.shift) / self.scale

    def decode(self, targets: NDArray, composition: NDArray, sizes: NDArray) -> NDArray:
        """Targets to values in the property's unit, (rows,)."""
        rows = targets * self.scale + self.shift + composition @ np.array(self.constants)
        values = shown_scale(self.key, rows) * sizes
        return np.maximum(values, 0.0) if PROPERTIES[self.key].floor else values

    def decode_change(self, change: NDArray, output: float, size: float) -> NDArray:
        """Changes of a target to changes of the value, in the property's unit.

        Values that ``decode`` would raise to zero are left as the network says them.

        Args:
            change: Any shape.
            output: Target from which the changes start.
            size: What the property's values are divided by before learning.
        """
        step = change * self.scale
        if PROPERTIES[self.key].transform == "log1p":
            # No such property has element constants: the logarithm is that of the value.
            return size * np.exp(output * self.scale + self.shift) * np.expm1(step)
        return size * step

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready fields."""
        return {**self.__dict__, "constants": list(self.constants)}

    @classmethod
    def from_dict(cls, fields: dict[str, Any]) -> "Scaling":
        """Read what ``to_dict`` wrote."""
        return cls(**{**fields, "constants": tuple(fields["constants"])})


def sizes_of(key: str, num_sites: NDArray, formula_atoms: NDArray) -> NDArray:
    """What a property's value is divided by before learning, (rows,)."""
    extent = PROPERTIES[key].extent
    if extent == "per_cell":
        return num_sites
    if extent == "per_formula_unit":
        return formula_atoms
    return np.ones(len(num_sites))


def share_of_base(key: str, formula_atoms: NDArray) -> NDArray:
    """What a property's base is multiplied by, (rows,)."""
    if PROPERTIES[key].base_over_formula:
        return 1.0 / formula_atoms
    return np.ones(len(formula_atoms))


def fit_scaling(
    key: str, values: NDArray, composition: NDArray, sizes: NDArray
) -> Scaling:
    """Fit one property's constants, median and deviation on training rows."""
    known = ~np.isnan(values)
    rows = learnt_scale(key, values[known] / sizes[known])
    constants = np.zeros(NUM_ELEMENTS)
    if PROPERTIES[key].composition:
        constants = _element_constants(composition[known], rows - np.median(rows))
        rows = rows - composition[known] @ constants
    shift = float(np.median(rows))
    scale = float(np.abs(rows - shift).mean()) or 1.0
    return Scaling(key, shift, scale, tuple(constants.tolist()))


def fit_derived(
    key: str, base: str, difference: NDArray, composition: NDArray
) -> Scaling:
    """Element constants by which one property exceeds its share of another.

    The sum of absolute deviations is made small, not that of squares: where most rows
    obey the constants exactly and some not at all, the few do not move them.
    """
    known = ~np.isnan(difference)
    rows, values = composition[known], difference[known]
    constants = _element_constants(rows, values)
    for _ in range(_REWEIGHTINGS):
        weight = np.maximum(np.abs(values - rows @ constants), _EXACT) ** -0.5
        constants = _element_constants(rows * weight[:, None], values * weight)
    return Scaling(key, 0.0, 1.0, tuple(constants.tolist()), base)


def _element_constants(composition: NDArray, values: NDArray) -> NDArray:
    gram = composition.T @ composition + _RIDGE * np.eye(NUM_ELEMENTS)
    return np.linalg.solve(gram, composition.T @ values)


def learnt_scale(key: str, values: NDArray) -> NDArray:
    """Values, per what they count, through the property's transform."""
    if PROPERTIES[key].transform == "log1p":
        return np.log1p(np.maximum(values, 0.0))
    return values


def shown_scale(key: str, rows: NDArray) -> NDArray:
    """Inverse of ``learnt_scale``."""
    return np.expm1(rows) if PROPERTIES[key].transform == "log1p" else rows

"""Several crystals' predictions beside each other, with differences to the first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crysformer.properties import PROPERTIES

if TYPE_CHECKING:
    from crysformer.predict import Prediction


@dataclass(frozen=True)
class Compared:
    """One property of several crystals.

    Attributes:
        key: Property.
        values: One for each crystal, in its unit; numbers that cannot be negative are
            raised to zero.
        intervals: Lower and upper end of each value's 90 % interval, or None.
        differences: Each value minus the first one's.
        error: Mean absolute validation error, or None.
    """

    key: str
    values: tuple[float, ...]
    intervals: tuple[tuple[float, float] | None, ...]
    differences: tuple[float, ...]
    error: float | None

    def within_error(self, index: int) -> bool:
        """Whether a crystal differs from the first by less than the validation error."""
        return self.error is not None and abs(self.differences[index]) < self.error


def compare(
    predictions: Sequence["Prediction"], errors: Mapping[str, float]
) -> list[Compared]:
    """Compare predictions, property by property.

    Args:
        predictions: At least one; the first is what the others are compared with.
        errors: Mean absolute validation errors by property.
    """
    found = []
    for key in predictions[0].shown:
        values = tuple(_physical(key, each.values[key]) for each in predictions)
        found.append(
            Compared(
                key,
                values,
                tuple(each.intervals.get(key) for each in predictions),
                tuple(value - values[0] for value in values),
                errors.get(key),
            )
        )
    return found


def _physical(key: str, value: float) -> float:
    return max(value, 0.0) if PROPERTIES[key].non_negative else value

"""Several crystals' predictions beside each other, with differences to the first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crysformer.properties.table import PROPERTIES

if TYPE_CHECKING:
    from crysformer.predict.prediction import Prediction


@dataclass(frozen=True)
class Compared:
    """One property of several crystals.

    Attributes:
        key: Property.
        values: One for each crystal, in its unit; numbers that cannot be negative are
            raised to zero.
        intervals: Lower and upper end of each value's 90 % interval, or None.
        differences: Each value minus the first one's.
        defined: Whether each value says something of its crystal.
        error: Mean absolute validation error, or None.
    """

    key: str
    values: tuple[float, ...]
    intervals: tuple[tuple[float, float] | None, ...]
    differences: tuple[float, ...]
    defined: tuple[bool, ...]
    error: float | None

    def within_error(self, index: int) -> bool:
        """Whether a crystal differs from the first by less than the validation error."""
        return self.error is not None and abs(self.differences[index]) < self.error


def compare(
    predictions: Sequence["Prediction"],
    errors: Mapping[str, float],
    reasons: Sequence[Mapping[str, str]] = (),
) -> list[Compared]:
    """Compare predictions, property by property, where one of them says something.

    Args:
        predictions: At least one; the first is what the others are compared with.
        errors: Mean absolute validation errors by property.
        reasons: Why a value says nothing, by property, for each prediction; all do where
            nothing is given.
    """
    found = []
    reasons = reasons or [{}] * len(predictions)
    for key in predictions[0].shown:
        defined = tuple(key not in each for each in reasons)
        if not any(defined):
            continue
        values = tuple(_physical(key, each.values[key]) for each in predictions)
        found.append(
            Compared(
                key,
                values,
                tuple(_interval(key, each) for each in predictions),
                tuple(value - values[0] for value in values),
                defined,
                errors.get(key),
            )
        )
    return found


def _interval(key: str, prediction: "Prediction") -> tuple[float, float] | None:
    if key not in prediction.intervals:
        return None
    low, high = prediction.intervals[key]
    return _physical(key, low), _physical(key, high)


def _physical(key: str, value: float) -> float:
    return max(value, 0.0) if PROPERTIES[key].non_negative else value

"""Predicted values as HTML: value, bar and interval of a property, what they mean."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

from crysformer.figures.interval_bar import Ends, common_axis, interval_bar
from crysformer.predict.applicability import BY_SYMMETRY
from crysformer.properties.entry import Property
from crysformer.properties.table import GAPS, PROPERTIES, TAGS
from crysformer.trust.novelty import UNLIKE
from crysformer.ui.session.numbers import MINUS, physical, readable

if TYPE_CHECKING:
    from crysformer.predict.prediction import Prediction

EXTRAPOLATED = "not calibrated"
"""What stands beside an interval of a crystal that is unlike all that calibrated it."""

# An axis is at least so many mean absolute errors long: our choice.
_AXIS_ERRORS = 5.0


@dataclass(frozen=True)
class Explained:
    """All that a page says of one predicted crystal.

    Attributes:
        prediction: What the model says.
        errors: Mean absolute validation errors by property, in its unit.
        reasons: Why a number says nothing of this crystal, by property.
    """

    prediction: "Prediction"
    errors: Mapping[str, float]
    reasons: Mapping[str, str]

    @property
    def intervals_hold(self) -> bool:
        """Whether enough crystals are as unusual as this one to calibrate intervals."""
        worth, novelty = self.prediction.reliability, self.prediction.novelty
        if worth is not None:
            return not worth.extrapolated
        return novelty is None or (novelty.percentile < UNLIKE and not novelty.unseen)

    def defined(self) -> list[str]:
        """Shown properties that are defined for the crystal."""
        return [key for key in self.prediction.shown if key not in self.reasons]

    def value(self, key: str) -> str:
        """The number as a person is told it, without its unit."""
        return physical(key, self.prediction.shown[key], self.errors.get(key))

    def interval(self, key: str) -> str:
        """Both ends of the 90 % interval, or why there are none; may be empty."""
        if key in self.prediction.exact:
            return BY_SYMMETRY
        if key not in self.prediction.intervals:
            return ""
        error = self.errors.get(key)
        low, high = (physical(key, end, error) for end in self.prediction.intervals[key])
        return f"{low} to {high}"

    def numbers(self, key: str) -> list[float]:
        """What a bar of the property must have room for."""
        return [_above(key, number) for number in self._all(key)]

    def axis(self, keys: Iterable[str], measured: Iterable[float] = ()) -> Ends:
        """One axis for the bars of a quantity, and for what experiments say of it."""
        keys = list(keys)
        numbers = [number for key in keys for number in self.numbers(key)]
        least = _AXIS_ERRORS * max(self.errors.get(key, 0.0) for key in keys)
        return common_axis([*numbers, *measured], least)

    def bar(self, key: str, axis: Ends) -> str:
        """The property's bar, as HTML."""
        value, *ends = self.numbers(key)
        interval = (ends[0], ends[1]) if ends else None
        holds = self.intervals_hold
        return interval_bar(value, interval, axis, holds=holds)

    def explanation(self, key: str) -> str:
        """What the number is, how large its error is on average, and where it is from."""
        item, error = PROPERTIES[key], self.errors.get(key)
        unit = f" {item.unit}".rstrip()
        said = [f"Labels: {item.source}."]
        if error is not None:
            said.append(
                f"Mean absolute error on crystals kept out of training: "
                f"{readable(error, error)}{unit}"
                + (
                    ", of which most are metals that are easy to tell; an interval is "
                    "for this crystal alone."
                    if key in GAPS
                    else "; an interval is for this crystal alone."
                )
            )
        if item.extent == "per_cell":
            said.append(f"For the {self.prediction.num_sites} atoms of this cell.")
        raw = readable(self.prediction.shown[key], error)
        if item.non_negative and raw.startswith(MINUS):
            said.append(
                f"The model predicts {raw}{unit}; it cannot be negative and is shown as "
                "0."
            )
        return " ".join(said)

    def _all(self, key: str) -> list[float]:
        value = self.prediction.shown[key]
        return [value, *self.prediction.intervals.get(key, ())]


def tag(item: Property) -> str:
    """The source of a property's labels as a small tag, as HTML."""
    source = escape(item.source)
    return f'<span class="tag" title="{source}">{escape(TAGS[item.source])}</span>'


def _above(key: str, number: float) -> float:
    return max(number, 0.0) if PROPERTIES[key].non_negative else number

"""What the intervals of crystals as unusual as one were worth, as measured."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from crysformer.trust.bands import BANDS, BEYOND, TWINS


@dataclass(frozen=True)
class Reliability:
    """How often the intervals of one band of novelty contained the computed value.

    Attributes:
        band: One of ``bands.BANDS``.
        coverage: Share of the values of all shown properties.
        n: Values, of validation crystals whose intervals others calibrated.
    """

    band: str
    coverage: float
    n: int

    @property
    def extrapolated(self) -> bool:
        """Whether too few crystals are as unusual to calibrate intervals for them."""
        return self.band == BANDS[BEYOND]

    @property
    def sentence(self) -> str:
        """What a person is told of it."""
        crystals = (
            "validation crystals that are training crystals too"
            if self.band == BANDS[TWINS]
            else "validation crystals this unusual"
        )
        said = (
            f"Of {crystals}, {100 * self.coverage:.0f} of 100 computed values lay "
            "inside their 90 % intervals."
        )
        if self.extrapolated:
            said += " So few crystals are this unusual that intervals are extrapolated."
        return said

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready fields."""
        return {
            "novelty": self.band,
            "coverage": self.coverage,
            "values": self.n,
            "extrapolated": self.extrapolated,
        }

    @classmethod
    def from_dict(cls, found: Mapping[str, Any]) -> "Reliability":
        """Read what ``to_dict`` wrote."""
        return cls(found["novelty"], found["coverage"], found["values"])


def reliability(card: Mapping[str, Any], place: int) -> Reliability | None:
    """What a model's card says of one place in ``bands.BANDS``, if anything."""
    found = card["validation"].get("coverage_by_novelty", {}).get(BANDS[place])
    return found and Reliability(BANDS[place], found["coverage"], found["n"])

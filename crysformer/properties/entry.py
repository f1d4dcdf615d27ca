"""What is written down about one property."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

Transform = Literal["identity", "log1p"]
Extent = Literal["intensive", "per_cell", "per_formula_unit"]
Need = Literal["", "gap", "layers"]
ReleaseName = Literal["jarvis", "mp"]


class Theme(StrEnum):
    """What a property is about: tables are ordered by it."""

    ELECTRONIC = "Electronic"
    MECHANICAL = "Mechanical"
    THERMAL = "Thermal and thermoelectric"
    MAGNETIC = "Magnetic and nuclear"
    OPTICAL = "Optical and dielectric"
    STABILITY = "Energy and stability"


@dataclass(frozen=True)
class Property:
    """One predicted property.

    Attributes:
        key: Name in JSON, CSV and cards.
        label: Words for a person.
        symbol: Short mathematical symbol.
        unit: Unit of every number printed; empty for dimensionless ones.
        source: Method and data set the labels come from.
        theme: What it is about.
        labels: Label columns whose mean is the training target.
        transform: Compression of heavy tails before standardising (our choice).
        extent: What the label counts: ``per_cell`` labels are learnt per atom of the
            cell, ``per_formula_unit`` ones per atom of the formula unit.
        composition: Whether a fit of one constant per element is subtracted first.
        shown: False for labels that serve only to compare errors with other models.
        non_negative: True if physics forbids values below zero.
        piezoelectric: Whether it is zero in every crystal whose symmetry allows no
            piezoelectric response.
        needs: What a crystal must have for the property to be defined, if not every
            crystal has it.
        base: Property from which this one follows by element constants; where both have
            labels they share that property's output.
        base_over_formula: Whether the base is divided by the atoms of the reduced
            formula first.
        release: Public release that has the labels.
        released_as: The release's own names of ``columns``, if it calls them otherwise.
        optional: Whether the release may lack the labels altogether.
        positive: Whether labels of zero or less are failed calculations.
        emphasis: Weight of the labels in training beside those of other properties.
        paper_mae: Mean absolute test error that the Crysformer paper states, if our copy
            has it.
    """

    key: str
    label: str
    symbol: str
    unit: str
    source: str
    theme: Theme
    labels: tuple[str, ...] = ()
    transform: Transform = "identity"
    extent: Extent = "intensive"
    composition: bool = False
    shown: bool = True
    non_negative: bool = False
    piezoelectric: bool = False
    needs: Need = ""
    base: str = ""
    base_over_formula: bool = False
    release: ReleaseName = "jarvis"
    released_as: tuple[str, ...] = ()
    optional: bool = False
    positive: bool = False
    emphasis: float = 1.0
    paper_mae: float | None = None

    @property
    def floor(self) -> bool:
        """Whether predictions below zero are raised to zero.

        Labels of moduli are partly negative (unstable crystals): those predictions stay
        as they are and only the app clips them, with a note.
        """
        return self.non_negative and self.unit != "GPa"

    @property
    def columns(self) -> tuple[str, ...]:
        """Label columns this property is read from."""
        return self.labels or (self.key,)

    @property
    def released_columns(self) -> tuple[str, ...]:
        """The release's own names of ``columns``, in the same order."""
        return self.released_as or self.columns

"""What a model says about one crystal."""

from dataclasses import dataclass, field

from pymatgen.core import Structure

from crysformer.predict.notebook import prediction_html
from crysformer.predict.reliability import Reliability
from crysformer.properties.table import PROPERTIES
from crysformer.trust.novelty import Novelty
from crysformer.trust.stability import Stability


@dataclass(frozen=True)
class Prediction:
    """What a model says about one crystal.

    Attributes:
        formula: Reduced formula.
        model: Name of the model.
        values: Every predicted property in its unit, by key, hidden ones included.
        num_sites: Atoms in the given cell: per-cell values are for this cell.
        intervals: Lower and upper end of the 90 % interval of each property that has one,
            in its unit.
        novelty: How far the crystal is from the training data, if the model can tell.
        stability: How probable it is that it is stable, if the model can tell.
        reliability: What intervals were worth for crystals as unusual as this one, if the
            model's card says so.
        exact: Properties that symmetry makes zero, whatever the network says.
        space_group: International number of the cell that was predicted; 1 where no
            symmetry was found.
        structure: The crystal as it was given, which says what is not defined for it.
    """

    formula: str
    model: str
    values: dict[str, float]
    num_sites: int
    intervals: dict[str, tuple[float, float]] = field(default_factory=dict)
    novelty: Novelty | None = None
    stability: Stability | None = None
    reliability: Reliability | None = None
    exact: tuple[str, ...] = ()
    space_group: int = 1
    structure: Structure | None = field(default=None, repr=False, compare=False)

    @property
    def shown(self) -> dict[str, float]:
        """Values fit to be shown to a person."""
        return {k: v for k, v in self.values.items() if PROPERTIES[k].shown}

    def _repr_html_(self) -> str:
        """What a notebook shows."""
        return prediction_html(self)

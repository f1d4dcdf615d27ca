"""What a prediction owes to a crystal's small departures from a higher symmetry.

Files with few decimals and relaxations stopped early are less symmetric than the crystal
that was meant. The network takes them at their word; this says where that matters.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pymatgen.core import Structure
from pymatgen.util.string import unicodeify_spacegroup

from crysformer.library.space_group import short_symbol
from crysformer.properties.table import PROPERTIES
from crysformer.structure.symmetry import NEAR, symmetrised

# The type alone, so that a page can import this before torch.
if TYPE_CHECKING:
    from crysformer.predict.prediction import Prediction
    from crysformer.predict.predictor import Predictor

MATTERS = 0.5
"""Move of a value, in units of its validation error, that a person is told of (ours)."""


@dataclass(frozen=True)
class NearSymmetry:
    """A crystal that nearly has a higher symmetry, predicted with it.

    Attributes:
        number: International number of the higher space group.
        moves: By how much each property changes with the higher symmetry, in its unit;
            per atom where it is one of the cell.
        errors: Validation errors by property, in its unit.
    """

    number: int
    moves: Mapping[str, float]
    errors: Mapping[str, float]

    @property
    def space_group(self) -> str:
        """Hermann-Mauguin symbol of the higher space group."""
        return unicodeify_spacegroup(short_symbol(self.number))

    @property
    def that_matter(self) -> dict[str, float]:
        """Moves beyond ``MATTERS``, the largest for its error first."""
        shares = {key: abs(move) / self.errors[key] for key, move in self.moves.items()}
        keys = sorted(shares, key=shares.__getitem__, reverse=True)
        return {key: self.moves[key] for key in keys if shares[key] > MATTERS}

    @property
    def sentence(self) -> str:
        """What the crystal is near to."""
        return (
            f"Near-symmetric: within {NEAR} Å the crystal has the space group "
            f"{self.space_group} ({self.number})."
        )


def near_symmetry(
    predictor: "Predictor", structure: Structure, prediction: "Prediction"
) -> NearSymmetry | None:
    """Predict a crystal with the symmetry that it nearly has.

    Args:
        predictor: A loaded model.
        structure: Ordered crystal.
        prediction: Of the crystal as it is.

    Returns:
        None where it has no higher symmetry within ``NEAR``.

    Raises:
        StructureError: The cell is too empty for 12 neighbours.
    """
    found = symmetrised(structure)
    if found is None:
        return None
    ideal, number = found
    other = predictor.predict([ideal])[0]
    errors = {key: error for key, error in predictor.validation_errors.items() if error}
    moves = {
        key: _per_atom(key, other) - _per_atom(key, prediction)
        for key in prediction.shown
        if key in errors
    }
    return NearSymmetry(number, moves, errors)


def _per_atom(key: str, prediction: "Prediction") -> float:
    value = prediction.values[key]
    return value / prediction.num_sites if PROPERTIES[key].extent == "per_cell" else value

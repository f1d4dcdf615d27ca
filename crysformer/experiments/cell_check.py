"""Whether a model says the same of a crystal whatever cell describes it.

The network runs on the symmetry quotient of the primitive cell, so primitive cell,
conventional cell and supercell must give one prediction; here they are predicted one by
one and compared.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pymatgen.core import Structure

from crysformer.properties.table import PROPERTIES
from crysformer.structure.cells import CellChoice, in_cell
from crysformer.structure.formats.raw import MAX_SITES

# The type alone, so that a page can import this before torch.
if TYPE_CHECKING:
    from crysformer.predict.prediction import Prediction
    from crysformer.predict.predictor import Predictor

SUPERCELL = (2, 1, 1)
# In units of a property's validation error: nobody could see such a difference.
SAME = 0.01


@dataclass(frozen=True)
class CellCheck:
    """One crystal predicted from several of its cells.

    Attributes:
        cells: What each cell is.
        sites: Atoms of each cell.
        values: Predictions from each cell, by property; per atom where they are per cell.
        furthest: Property that differs most, in units of its validation error.
        difference: Its largest difference between two cells, in its unit.
        share: The same in units of its validation error.
    """

    cells: tuple[str, ...]
    sites: tuple[int, ...]
    values: tuple[dict[str, float], ...]
    furthest: str
    difference: float
    share: float

    @property
    def same(self) -> bool:
        """Whether all cells give the same prediction."""
        return self.share < SAME


def check_cells(
    predictor: "Predictor", structure: Structure, shown: "Prediction"
) -> CellCheck:
    """Compare the prediction from the cell shown with those from other cells.

    Args:
        predictor: A loaded model.
        structure: Ordered crystal; a supercell of more than ``MAX_SITES`` is left out.
        shown: Its prediction.

    Raises:
        StructureError: spglib finds no other cell, or a cell is too empty to predict.
    """
    crystals = {
        str(cell): in_cell(structure, cell)
        for cell in (CellChoice.PRIMITIVE, CellChoice.CONVENTIONAL)
    }
    if len(structure) * 2 <= MAX_SITES:
        name = " × ".join(map(str, SUPERCELL))
        crystals[f"Supercell {name}"] = structure.make_supercell(
            SUPERCELL, in_place=False
        )
    predictions = [shown, *predictor.predict(list(crystals.values()))]
    errors = predictor.validation_errors
    values = tuple(
        {key: _per_atom(key, value, each.num_sites) for key, value in each.shown.items()}
        for each in predictions
    )
    spread = {
        key: max(each[key] for each in values) - min(each[key] for each in values)
        for key in values[0]
        if errors.get(key)
    }
    furthest = max(spread, key=lambda key: spread[key] / errors[key])
    return CellCheck(
        ("Shown", *crystals),
        (len(structure), *map(len, crystals.values())),
        values,
        furthest,
        spread[furthest],
        spread[furthest] / errors[furthest],
    )


def _per_atom(key: str, value: float, sites: int) -> float:
    return value / sites if PROPERTIES[key].extent == "per_cell" else value

"""What a model says of a crystal under strain: its response, not an energy surface.

The weights have seen relaxed crystals only, so nothing ties the curve to the forces that
a strained crystal feels. Where an atom gains or loses a neighbour the network sees
another graph, and the curve may bend there for that reason alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from crysformer.arrays import FloatArray
from crysformer.errors import StructureError
from crysformer.graph.crystal import CrystalGraph
from crysformer.graph.neighbours import find_bonds
from crysformer.graph.rule import NeighbourRule
from crysformer.graph.space_group import SpaceGroup
from crysformer.graph.standard_cell import Cell
from crysformer.structure.strain import STRAINS, StrainMode, deformation, strained

if TYPE_CHECKING:
    from crysformer.predict.prediction import Prediction
    from crysformer.predict.predictor import Crystal, Predictor

# A crystal without symmetry takes about 20 ms an atom, for each strain.
MAX_ATOMS = 60

Neighbours = frozenset[tuple[int, int, int, int, int]]


@dataclass(frozen=True)
class Response:
    """One crystal at several strains.

    Attributes:
        strains: Per cent, ascending.
        predictions: What the model says at each.
        bonds: Number of model edges of the primitive cell at each.
        changes: Pairs of consecutive strains between which a neighbour comes or goes.
    """

    strains: tuple[float, ...]
    predictions: tuple["Prediction", ...]
    bonds: tuple[int, ...]
    changes: tuple[tuple[float, float], ...]

    def curve(self, key: str) -> list[float]:
        """Values of a property, in its unit."""
        return [each.values[key] for each in self.predictions]

    def at(self, strain: float) -> "Prediction":
        """What the model says at the strain nearest to a given one."""
        return min(
            zip(self.strains, self.predictions, strict=True),
            key=lambda pair: abs(pair[0] - strain),
        )[1]


def responses(
    predictor: "Predictor",
    crystals: Sequence["Crystal"],
    mode: StrainMode,
    strains: Sequence[float] = STRAINS,
) -> list[Response]:
    """Predict some crystals at every strain, all in one batch.

    Args:
        predictor: A loaded model.
        crystals: Ordered crystals, or their graphs.
        mode: What is strained.
        strains: Per cent, ascending.

    Raises:
        StructureError: A primitive cell has more than ``MAX_ATOMS`` atoms, or is too
            empty to predict.
    """
    graphs = [predictor.prepare(crystal) for crystal in crystals]
    for graph in graphs:
        _check_size(graph)
    everything = [
        strained(graph.structure, mode, strain) if strain else graph
        for graph in graphs
        for strain in strains
    ]
    predictions = predictor.predict(everything)
    rule = predictor.model.config.neighbour_rule
    found = []
    for k, graph in enumerate(graphs):
        neighbours = [
            neighbour_set(graph.cell, deformation(graph.structure, mode, strain), rule)
            for strain in strains
        ]
        found.append(
            Response(
                tuple(strains),
                tuple(predictions[k * len(strains) : (k + 1) * len(strains)]),
                tuple(map(len, neighbours)),
                tuple(
                    (strains[n], strains[n + 1])
                    for n in range(len(strains) - 1)
                    if neighbours[n] != neighbours[n + 1]
                ),
            )
        )
    return found


def neighbour_set(cell: Cell, deformed: FloatArray, rule: NeighbourRule) -> Neighbours:
    """Edges that the network's graph has in a deformed cell: centre, neighbour, image.

    Args:
        cell: Standardised cell without strain, whose atoms number the edges.
        deformed: Matrix that maps positions onto strained ones.
        rule: Neighbour rule of the model.

    Raises:
        StructureError: The cell is too empty for 12 neighbours.
    """
    whole = Cell(
        lattice=cell.lattice @ deformed,
        frac_coords=cell.frac_coords,
        atomic_numbers=cell.atomic_numbers,
        group=SpaceGroup.trivial(cell.num_atoms),
        number=1,
        site_atom=np.arange(cell.num_atoms),
        site_shift=np.zeros((cell.num_atoms, 3), dtype=np.int64),
        supercell=np.eye(3, dtype=np.int64),
    )
    bonds = find_bonds(whole, np.arange(cell.num_atoms), rule)
    rows = np.column_stack([bonds.centre, bonds.neighbour, bonds.image])
    return frozenset(map(tuple, rows.tolist()))


def _check_size(graph: CrystalGraph) -> None:
    atoms = graph.cell.num_atoms
    if atoms > MAX_ATOMS:
        raise StructureError(
            f"{graph.structure.composition.reduced_formula} has {atoms} atoms in its "
            f"primitive cell; a response is computed for at most {MAX_ATOMS}. Choose a "
            "smaller crystal."
        )

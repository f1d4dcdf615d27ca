"""The graph of one crystal as the arrays that the model reads."""

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from crysformer.graph.quotient import Quotient
from crysformer.properties.elements import NUM_ELEMENTS

Count = TypeVar("Count", int, NDArray[np.int64])


def work_of(bonds: Count, angles: Count) -> Count:
    """Cost of graphs in angles: a bond costs about what ten angles cost."""
    return angles + 10 * bonds


@dataclass(frozen=True)
class GraphArrays:
    """The quotient graph of one crystal, as the model needs it.

    Attributes:
        atomic_numbers: Z of the representative atoms, (atoms,).
        atom_multiplicity: Atoms each stands for, (atoms,).
        edge_index: Row 0 neighbour j, row 1 centre i, (2, bonds).
        lengths: Å, (bonds,).
        log_bond_multiplicity: Log of multiplicity times envelope, (bonds,).
        line_index: Row 0 other bond, row 1 attending bond, (2, angles).
        cosines: Cosine of the angle, (angles,).
        log_angle_multiplicity: Log of multiplicity times the other bond's envelope,
            (angles,).
        piezoelectric: Whether the crystal's symmetry allows a piezoelectric response. The
            network does not see it.
    """

    atomic_numbers: NDArray
    atom_multiplicity: NDArray
    edge_index: NDArray
    lengths: NDArray
    log_bond_multiplicity: NDArray
    line_index: NDArray
    cosines: NDArray
    log_angle_multiplicity: NDArray
    piezoelectric: bool = True

    @classmethod
    def from_quotient(cls, quotient: Quotient) -> "GraphArrays":
        """Keep what the model reads of a quotient graph."""
        return cls(
            atomic_numbers=quotient.atomic_numbers,
            atom_multiplicity=quotient.atom_multiplicity,
            edge_index=quotient.edge_index,
            lengths=quotient.length,
            log_bond_multiplicity=np.log(
                quotient.bond_multiplicity * quotient.bond_weight
            ),
            line_index=quotient.line_index,
            cosines=quotient.cosine,
            log_angle_multiplicity=np.log(
                quotient.angle_multiplicity * quotient.angle_weight
            ),
            piezoelectric=quotient.group.piezoelectric,
        )

    @property
    def work(self) -> int:
        """Rows the model has to process, see ``work_of``."""
        return work_of(self.edge_index.shape[1], self.line_index.shape[1])

    def composition(self) -> NDArray[np.float64]:
        """Fraction of each element by atomic number, (119,)."""
        counts = np.bincount(
            self.atomic_numbers, self.atom_multiplicity, minlength=NUM_ELEMENTS
        )
        return counts / counts.sum()

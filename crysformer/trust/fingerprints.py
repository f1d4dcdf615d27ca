"""Is a crystal one of the training crystals? Fingerprints, not the crystals themselves.

A fingerprint is a hash of the reduced composition and a few numbers that do not depend on
how a cell is written: volume per atom, mean and spread of the bond lengths, the mean
fourth power of the angles' cosines, and the same means with the elements at the ends as
weights. Two crystals of one composition that agree in all of them within some parts in a
thousand are called the same, within a few parts in a hundred, near. The network sees
little else, but a person may: pymatgen's StructureMatcher agreed on 138 of 150 JARVIS
crystals called the same (the others: stackings and orderings with equal neighbourhoods)
and on 65 of 150 called near.
"""

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from crysformer.graph.arrays import GraphArrays
from crysformer.properties.elements import NUM_ELEMENTS

Match = Literal["", "same", "near"]

# One irregular number of order one for each element, to weigh who neighbours whom.
_MARKS = np.sin(1.7 * np.arange(float(NUM_ELEMENTS)) ** 1.3)
# Relative in volume and lengths, absolute in the means; stored in half precision, which
# is good to a part in two thousand.
_SAME = np.array([0.004, 0.002, 0.002, 0.002, 0.002, 0.002, 0.002])
_NEAR = np.array([0.06, 0.02, 0.008, 0.008, 0.008, 0.004, 0.004])


@dataclass(frozen=True)
class Fingerprints:
    """Those of the training crystals.

    Attributes:
        hashes: Of the compositions, ascending, (crystals,).
        numbers: See ``invariants``, (crystals, 7).
    """

    hashes: NDArray[np.int64]
    numbers: NDArray[np.float32]

    def match(self, graph: GraphArrays, volume_per_atom: float) -> Match:
        """Whether a crystal is one of them, or nearly."""
        own = composition_hash(graph)
        first, last = np.searchsorted(self.hashes, [own, own + 1])
        if first == last:
            return ""
        apart = np.abs(self.numbers[first:last] - invariants(graph, volume_per_atom))
        if (apart <= _SAME).all(axis=1).any():
            return "same"
        return "near" if (apart <= _NEAR).all(axis=1).any() else ""

    def arrays(self) -> dict[str, NDArray]:
        """What is stored."""
        hashes = self.hashes.astype(np.uint32)
        return {"hashes": hashes, "invariants": self.numbers.astype(np.float16)}

    @classmethod
    def of(cls, arrays: Mapping[str, NDArray]) -> "Fingerprints":
        """Read what ``arrays`` wrote.

        Raises:
            KeyError, ValueError: Arrays are missing or do not fit each other.
        """
        hashes, numbers = arrays["hashes"], arrays["invariants"]
        if numbers.shape != (len(hashes), len(_SAME)):
            raise ValueError(f"invariants {numbers.shape} of {len(hashes)} crystals")
        return cls(hashes.astype(np.int64), numbers.astype(np.float32))

    @classmethod
    def fit(cls, graphs: Sequence[GraphArrays], volumes: NDArray) -> "Fingerprints":
        """Take those of some crystals; volumes are per atom, Å³."""
        hashes = np.array([composition_hash(graph) for graph in graphs])
        numbers = np.array(
            [invariants(*pair) for pair in zip(graphs, volumes, strict=True)]
        )
        order = np.argsort(hashes, kind="stable")
        return cls(
            hashes[order],
            numbers[order].astype(np.float16).astype(np.float32),
        )


def composition_hash(graph: GraphArrays) -> int:
    """32 bits of the reduced composition."""
    counts = np.bincount(graph.atomic_numbers, graph.atom_multiplicity).astype(int)
    present = np.flatnonzero(counts)
    smallest = counts[present] // np.gcd.reduce(counts[present])
    text = ",".join(f"{z}:{n}" for z, n in zip(present, smallest, strict=True))
    return zlib.crc32(text.encode())


def invariants(graph: GraphArrays, volume_per_atom: float) -> NDArray[np.float64]:
    """The numbers of a fingerprint, (7,)."""
    share = graph.atom_multiplicity / graph.atom_multiplicity.sum()
    neighbour, centre = graph.edge_index
    bonds = share[centre] * _shares(np.exp(graph.log_bond_multiplicity), centre)
    mean = bonds @ graph.lengths
    spread = np.sqrt(max(bonds @ (graph.lengths - mean) ** 2, 0.0))
    marks = _MARKS[graph.atomic_numbers]
    pairs = bonds * marks[centre] * marks[neighbour]
    other, bond = graph.line_index
    angles = bonds[bond] * _shares(np.exp(graph.log_angle_multiplicity), bond)
    quartic = angles * graph.cosines**4
    ends = marks[neighbour[other]] * marks[neighbour[bond]]
    return np.array(
        [
            np.log(volume_per_atom),
            np.log(mean),
            spread / mean,
            pairs.sum(),
            pairs @ graph.lengths / mean,
            quartic.sum(),
            quartic @ ends,
        ]
    )


def _shares(weights: NDArray, group: NDArray) -> NDArray[np.float64]:
    """Weights as parts of their group's sum."""
    return weights / np.bincount(group, weights)[group]

"""How far a crystal is from the training data: a percentile, reasons, duplicates.

Four numbers are compared with those of the validation crystals (our choice, chosen on
them): the distance to the nearest crystals of a core-set of the training data in the
trunk's own representation; the volume per atom beside what the composition usually has;
the shortest contact, and the mean over atoms of the shortest, beside what their elements
usually have. Each counts as log(1 + (deviation / usual deviation)^2), and the sum is the
score: one number far off is enough, and a single atom of an odd crystal shows.
The percentile is the share of validation crystals with a smaller score.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pymatgen.core import Element

from crysformer.graph.arrays import GraphArrays
from crysformer.properties.elements import NUM_ELEMENTS
from crysformer.trust.contacts import contact_ratios, volume_features
from crysformer.trust.fingerprints import Fingerprints, Match
from crysformer.trust.principal_axes import PrincipalAxes, squared_distances

_NEIGHBOURS = 5
_ROWS = 256
_WEIGHTS = np.array([0.5, 2.0, 0.5, 0.5])
_RARE = 20  # Training crystals; an element in fewer is called rare.
SOMEWHAT, UNLIKE = 90.0, 99.0
"""Percentiles from which a crystal is called somewhat unlike and unlike the others."""

_ARRAYS = ("core", "step", "centre", "spread", "scores", "counts", "radii", "volumes")


@dataclass(frozen=True)
class Novelty:
    """How far one crystal is from the training data.

    Attributes:
        percentile: Share of validation crystals that are nearer to it, %.
        reasons: What is odd, in sentences.
        match: ``same`` or ``near`` if a training crystal is the same or nearly.
        unseen: Whether it contains an element that no training crystal does.
    """

    percentile: float
    reasons: tuple[str, ...]
    match: Match
    unseen: bool = False

    @property
    def word(self) -> str:
        """A plain word for it."""
        if self.match == "same":
            return "a training crystal"
        if self.match == "near":
            return "close to a training crystal"
        if self.unseen or self.percentile >= UNLIKE:
            return "unlike the training data"
        if self.reasons or self.percentile >= SOMEWHAT:
            return "somewhat unlike the training data"
        return "like the training data"

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready fields."""
        return {
            "percentile": self.percentile,
            "word": self.word,
            "reasons": list(self.reasons),
            "training_crystal": self.match or None,
        }


@dataclass(frozen=True)
class NoveltyModel:
    """What is kept of the training data to compare a crystal with.

    Attributes:
        axes: Where representations are compared.
        core: Some training crystals there, in whole steps, (crystals, axes).
        step: Length of a step along each axis.
        centre: Usual value of each of the four numbers.
        spread: Usual deviation of each.
        scores: Scores of the validation crystals at equal steps of rank, ascending.
        counts: Training crystals that contain each element, (119,).
        radii: See ``contacts.fit_radii``.
        volumes: See ``contacts.fit_volumes``.
        limits: What few training crystals are beyond: log of the volume over the usual,
            low and high; log of the shortest contact ratio; atoms in the primitive cell,
            (4,).
        fingerprints: Of all training crystals.
    """

    axes: PrincipalAxes
    core: NDArray[np.int8]
    step: NDArray[np.float32]
    centre: NDArray[np.float64]
    spread: NDArray[np.float64]
    scores: NDArray[np.float64]
    counts: NDArray[np.int64]
    radii: NDArray[np.float64]
    volumes: NDArray[np.float64]
    limits: NDArray[np.float64]
    fingerprints: Fingerprints

    def novelty(
        self,
        graphs: Sequence[GraphArrays],
        representations: NDArray,
        volumes: NDArray,
    ) -> list[Novelty]:
        """Judge some crystals.

        Args:
            graphs: Their quotient graphs.
            representations: Of the trunk, (crystals, width).
            volumes: Volume per atom, Å³.
        """
        numbers = self.numbers(graphs, representations, volumes)
        percentiles = self.percentiles(self.score(numbers))
        return [
            Novelty(
                percentile=float(percentile),
                reasons=tuple(self._reasons(graph, row, volume)),
                match=self.fingerprints.match(graph, volume),
                unseen=bool((self.counts[graph.atomic_numbers] == 0).any()),
            )
            for graph, row, volume, percentile in zip(
                graphs, numbers, volumes, percentiles, strict=True
            )
        ]

    def percentiles(self, scores: NDArray) -> NDArray[np.float64]:
        """Share of validation crystals with a smaller score, %."""
        return 100.0 * np.searchsorted(self.scores, scores) / len(self.scores)

    def score(self, numbers: NDArray) -> NDArray[np.float64]:
        """One number from the four; larger is farther away, (crystals,)."""
        apart = (numbers - self.centre) / self.spread
        # Only a large distance from the training data is odd, a small one is not.
        apart[:, 0] = np.maximum(apart[:, 0], 0.0)
        return np.log1p(apart**2) @ _WEIGHTS

    def numbers(
        self,
        graphs: Sequence[GraphArrays],
        representations: NDArray,
        volumes: NDArray,
    ) -> NDArray[np.float64]:
        """The four numbers of each crystal, (crystals, 4)."""
        compositions = np.array([graph.composition() for graph in graphs])
        compositions = compositions.reshape(-1, NUM_ELEMENTS)
        usual = volume_features(compositions) @ self.volumes
        ratios = np.array([contact_ratios(graph, self.radii) for graph in graphs])
        return np.column_stack(
            [
                self._distances(representations),
                np.log(volumes) - usual,
                ratios.reshape(-1, 2),
            ]
        )

    def _distances(self, representations: NDArray) -> NDArray[np.float64]:
        """Mean distance to the nearest crystals of the core-set, (crystals,)."""
        core = self.core * self.step
        rows = self.axes(representations)
        count = min(_NEIGHBOURS, len(core))
        found = np.empty(len(rows))
        for first in range(0, len(rows), _ROWS):
            block = slice(first, first + _ROWS)
            squares = squared_distances(rows[block], core)
            nearest = np.partition(squares, count - 1, axis=1)[:, :count]
            found[block] = np.sqrt(nearest).mean(axis=1)
        return found

    def _reasons(self, graph: GraphArrays, numbers: NDArray, volume: float) -> list[str]:
        """What is odd about a crystal, in sentences."""
        reasons = []
        for number in np.unique(graph.atomic_numbers):
            symbol, count = Element.from_Z(int(number)).symbol, self.counts[number]
            if count == 0:
                reasons.append(f"No training crystal contains {symbol}.")
            elif count < _RARE:
                crystals = "crystal contains" if count == 1 else "crystals contain"
                reasons.append(f"Only {count} training {crystals} {symbol}.")
        dense, loose, short, large = self.limits
        if not dense <= numbers[1] <= loose:
            usual = volume * np.exp(-numbers[1])
            reasons.append(
                f"{volume:.1f} Å³ per atom, where crystals of such a composition usually "
                f"have about {usual:.1f}."
            )
        if numbers[2] < short:
            reasons.append(
                f"The shortest bond is {100 * np.exp(numbers[2]):.0f} % as long as usual "
                "for its elements."
            )
        atoms = int(graph.atom_multiplicity.sum())
        if atoms > large:
            reasons.append(
                f"{atoms} atoms in the primitive cell; few training crystals have more "
                f"than {large:.0f}."
            )
        return reasons

    def arrays(self) -> dict[str, NDArray]:
        """What is stored."""
        own = {name: getattr(self, name) for name in (*_ARRAYS, "limits")}
        return {**own, **self.axes.arrays(), **self.fingerprints.arrays()}

    @classmethod
    def of(cls, arrays: Mapping[str, NDArray]) -> "NoveltyModel":
        """Read what ``arrays`` wrote.

        Raises:
            KeyError, ValueError: Arrays are missing or do not fit each other.
        """
        axes = PrincipalAxes.of(arrays)
        own = {name: arrays[name] for name in (*_ARRAYS, "limits")}
        shapes = {
            "core": (len(own["core"]), axes.matrix.shape[1]),
            "step": (axes.matrix.shape[1],),
            "centre": (4,),
            "spread": (4,),
            "counts": (NUM_ELEMENTS,),
            "radii": (NUM_ELEMENTS,),
            "volumes": (volume_features(np.zeros((1, NUM_ELEMENTS))).shape[1],),
            "limits": (4,),
        }
        for name, shape in shapes.items():
            if own[name].shape != shape:
                raise ValueError(f"{name} of shape {own[name].shape}, not {shape}")
        return cls(axes=axes, fingerprints=Fingerprints.of(arrays), **own)

"""Fitting and checking the score of novelty: what is usual, and what it tells apart."""

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pymatgen.core import Structure
from scipy.stats import mannwhitneyu

from crysformer.data.dataset import read_rows
from crysformer.errors import StructureError
from crysformer.graph.arrays import GraphArrays
from crysformer.graph.crystal import build_graph
from crysformer.graph.rule import NeighbourRule
from crysformer.training.wrong_crystals import (
    random_positions,
    scaled_volume,
    swapped_species,
)
from crysformer.trust.contacts import (
    contact_ratios,
    fit_radii,
    fit_volumes,
    volume_features,
)
from crysformer.trust.fingerprints import Fingerprints
from crysformer.trust.novelty import NoveltyModel
from crysformer.trust.principal_axes import PrincipalAxes

_AXES = 64
_CORE = 11_000
_STEPS = 1000
# Of the training crystals: an odd volume, contact or size is one that few have. Layers
# and chains apart in empty space are loose, and not so few.
_ODD, _LOOSE = 0.995, 0.99
_CHECKED = 250
_MOST_SITES = 20

Represent = Callable[[Sequence[GraphArrays]], NDArray]


@dataclass(frozen=True)
class Known:
    """Crystals as the fit needs them.

    Attributes:
        graphs: Quotient graphs.
        volumes: Volume per atom, Å³.
        representations: Of the trunk, (crystals, width); of the training crystals only
            those of ``core_rows``.
    """

    graphs: Sequence[GraphArrays]
    volumes: NDArray[np.float64]
    representations: NDArray[np.float64]


def core_rows(count: int) -> NDArray[np.int64]:
    """Which of some training crystals form the core-set: evenly spread over them."""
    return np.unique(np.linspace(0, count - 1, min(count, _CORE)).astype(np.int64))


def fit_novelty(train: Known, val: Known) -> NoveltyModel:
    """Learn what is usual from training crystals, and how scores lie from others."""
    compositions = np.array([graph.composition() for graph in train.graphs])
    axes = PrincipalAxes.fit(train.representations, _AXES)
    core = axes(train.representations)
    step = np.maximum(np.abs(core).max(axis=0) / 127.0, 1e-6).astype(np.float32)
    radii = fit_radii(train.graphs)
    volumes = fit_volumes(compositions, np.log(train.volumes))
    short = [contact_ratios(graph, radii)[0] for graph in train.graphs]
    rest = np.log(train.volumes) - volume_features(compositions) @ volumes
    atoms = [graph.atom_multiplicity.sum() for graph in train.graphs]
    unscaled = NoveltyModel(
        axes=axes,
        core=np.rint(core / step).astype(np.int8),
        step=step,
        centre=np.zeros(4),
        spread=np.ones(4),
        scores=np.zeros(1),
        counts=(compositions > 0).sum(axis=0),
        radii=radii,
        volumes=volumes,
        limits=np.array(
            [
                *np.quantile(rest, [1.0 - _ODD, _LOOSE]),
                np.quantile(short, 1.0 - _ODD),
                np.quantile(atoms, _ODD),
            ]
        ),
        fingerprints=Fingerprints.fit(train.graphs, train.volumes),
    )
    numbers = unscaled.numbers(val.graphs, val.representations, val.volumes)
    centre = np.median(numbers, axis=0)
    spread = np.maximum(np.median(np.abs(numbers - centre), axis=0), 1e-6)
    scaled = replace(unscaled, centre=centre, spread=spread)
    ranks = (np.arange(_STEPS) + 0.5) / _STEPS
    return replace(scaled, scores=np.quantile(scaled.score(numbers), ranks))


def separation(
    model: NoveltyModel,
    scores: NDArray,
    files: Sequence[Path],
    rule: NeighbourRule,
    represent: Represent,
) -> dict[str, Any]:
    """How well the score tells crystals from wrong ones made of them.

    Args:
        model: The score.
        scores: Of real validation crystals.
        files: Of the validation crystals, some of which are made wrong.
        rule: Neighbour rule of the network.
        represent: Gives representations of graphs.

    Returns:
        Area under the ROC curve for each kind of wrong crystal, and of how many.
    """
    random = np.random.default_rng(0)
    seen = np.flatnonzero(model.counts)
    kinds: Mapping[str, Callable[[Structure], Structure | None]] = {
        "species swapped": lambda crystal: swapped_species(crystal, seen, random),
        "volume scaled": lambda crystal: scaled_volume(crystal, random),
        "random positions": lambda crystal: random_positions(crystal, random),
    }
    crystals = _spread_out(files)
    found: dict[str, Any] = {}
    for name, spoil in kinds.items():
        graphs, volumes = [], []
        for crystal in map(spoil, crystals):
            try:
                if crystal is not None:
                    graphs.append(build_graph(crystal, rule))
                    volumes.append(crystal.volume / len(crystal))
            except StructureError:  # Too empty for 12 neighbours: refused as input.
                continue
        numbers = model.numbers(graphs, represent(graphs), np.array(volumes))
        area = auroc(scores, model.score(numbers))
        found[name] = {"auroc": round(area, 4), "n": len(graphs)}
    return found


def auroc(real: NDArray, wrong: NDArray) -> float:
    """Chance that a wrong crystal scores above a real one; ties count half."""
    above = mannwhitneyu(wrong, real, method="asymptotic").statistic
    return float(above / (len(wrong) * len(real)))


def _spread_out(files: Sequence[Path]) -> list[Structure]:
    """Some crystals of two to twenty atoms from all over the files."""
    rows = itertools.chain.from_iterable(map(read_rows, files))
    some = [row.structure for row in rows if 2 <= len(row.structure) <= _MOST_SITES]
    step = max(1, len(some) // _CHECKED)
    return some[::step][:_CHECKED]

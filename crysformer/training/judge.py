"""What a trained network is worth: errors, intervals and novelty, from its own data."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from crysformer.data.dataset import Dataset
from crysformer.evaluation.calibration import calibrate, cross_checked
from crysformer.evaluation.evaluate import Evaluation
from crysformer.evaluation.validation_table import validation_table
from crysformer.graph.arrays import GraphArrays
from crysformer.graph.rule import NeighbourRule
from crysformer.model.inference import predict_graphs
from crysformer.model.network import Crysformer
from crysformer.properties.scaling import Scaling
from crysformer.training.datasets import load_split
from crysformer.training.left_out import LeftOut
from crysformer.training.novelty_fit import Known, core_rows, fit_novelty, separation
from crysformer.training.start import CACHE
from crysformer.trust.bands import TWINS
from crysformer.trust.intervals import Intervals
from crysformer.trust.novelty import NoveltyModel
from crysformer.trust.stability import HULL, StabilityModel, fit_stability


@dataclass(frozen=True)
class Splits:
    """The crystals that a network learnt from, and those that judge it.

    Attributes:
        folders: Where they are.
        rule: Neighbour rule of their graphs.
        train: Training crystals, without those left out.
        val: Validation crystals.
        left_out: What was left out, see ``LeftOut.card``.
    """

    folders: Sequence[Path]
    rule: NeighbourRule
    train: Dataset
    val: Dataset
    left_out: dict[str, Any]

    @classmethod
    def load(
        cls,
        folders: Sequence[Path],
        keys: Sequence[str],
        rule: NeighbourRule,
        left_out: LeftOut,
    ) -> "Splits":
        """Read both splits of all folders.

        Raises:
            DataError: A file is missing or damaged, or nothing is left.
        """
        val, train = (load_split(folders, s, keys, rule, CACHE) for s in ("val", "train"))
        return cls(folders, rule, left_out.of(train), val, left_out.card(train))


@dataclass(frozen=True)
class Judged:
    """What ships beside a network's weights.

    Attributes:
        found: Predictions of the validation crystals, with intervals for the check.
        intervals: Calibrated on all of them.
        novelty: The distance from the training crystals.
        stability: Probabilities of energies above the hull, where they are predicted.
        apart: How well it tells wrong crystals.
        table: Every label, prediction and interval of validation.
    """

    found: Evaluation
    intervals: Intervals | None
    novelty: NoveltyModel
    stability: StabilityModel | None
    apart: Mapping[str, Any]
    table: pd.DataFrame


def judge(
    model: Crysformer, scalings: Sequence[Scaling], splits: Splits, found: Evaluation
) -> Judged:
    """Calibrate a network on its validation crystals.

    Args:
        model: In evaluation mode.
        scalings: One for each property.
        splits: Its data.
        found: Its predictions of the validation crystals.
    """

    def represent(graphs: Sequence[GraphArrays]) -> NDArray:
        ones = np.ones(len(graphs))
        return predict_graphs(model, scalings, graphs, ones, ones).representations

    train, val = splits.train, splits.val
    graphs = [train.graphs[row] for row in range(len(train))]
    core = represent([graphs[row] for row in core_rows(len(graphs))])
    known = Known(
        [val.graphs[row] for row in range(len(val))], val.volumes, found.representations
    )
    novelty = fit_novelty(Known(graphs, train.volumes, core), known)
    numbers = novelty.numbers(known.graphs, known.representations, known.volumes)
    scores = novelty.score(numbers)
    files = [folder / "val.jsonl.gz" for folder in splits.folders]
    found = found.judged(novelty)
    checked = cross_checked(found)
    return Judged(
        found=checked,
        intervals=calibrate(found),
        novelty=novelty,
        stability=_stability(found),
        apart=separation(novelty, scores, files, splits.rule, represent),
        table=validation_table(checked, set(train.formulas)),
    )


def _stability(found: Evaluation) -> StabilityModel | None:
    """Calibrated on crystals that the network was not trained on."""
    if HULL not in found.keys:
        return None
    column, new = found.keys.index(HULL), found.bands != TWINS
    return fit_stability(found.predictions[new, column], found.data.values[new, column])

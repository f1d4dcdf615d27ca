"""The one door to a trained model: structures in, predictions and attention out.

A ``Predictor`` is immutable: prediction is a pure function of weights and structure, so
one object serves all visitors of the app at once.
"""

import logging
from collections.abc import Sequence
from itertools import compress
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from pymatgen.core import Element, Structure

from crysformer.attention.weights import (
    AttentionWeights,
    BondAttention,
    PairAttention,
    expand_bonds,
    expand_pairs,
)
from crysformer.errors import CrysformerError, SettingsError
from crysformer.graph.batch import GraphArrays, collate
from crysformer.graph.quotient import Quotient, take_quotient
from crysformer.graph.standard_cell import Cell, standardise
from crysformer.model.checkpoint import Checkpoint, load_checkpoint
from crysformer.model.config import DEFAULT_MODEL
from crysformer.model.device import choose_device
from crysformer.model.inference import Predicted, predict_graphs
from crysformer.model.network import Output
from crysformer.paths import WEIGHTS
from crysformer.predict.prediction import Prediction
from crysformer.properties.elements import MAX_ATOMIC_NUMBER
from crysformer.structure.formula import formula_unit_atoms, reduced_formula
from crysformer.trust.novelty import Novelty

_logger = logging.getLogger(__name__)


class Predictor:
    """A loaded model on a device.

    Args:
        model: Name of a bundled model, or a checkpoint that is loaded already.
        device: ``auto``, ``cpu``, ``cuda`` or ``mps``.
        dtype: Arithmetic of the forward pass; double is for checks.
        root: Folder of the bundled models.

    Raises:
        WeightsError: There is no such model or its files are damaged.
        SettingsError: The device is not present.
    """

    def __init__(
        self,
        model: str | Checkpoint = DEFAULT_MODEL,
        device: str = "auto",
        dtype: torch.dtype = torch.float32,
        root: Path = WEIGHTS,
    ) -> None:
        self.device = choose_device(device)
        self.checkpoint = (
            model if isinstance(model, Checkpoint) else load_checkpoint(model, root)
        )
        self.model = self.checkpoint.model.to(self.device, dtype)
        self.dtype = dtype

    @property
    def name(self) -> str:
        """Name of the model."""
        return self.checkpoint.name

    @property
    def validation_errors(self) -> dict[str, float]:
        """Mean absolute validation error by property, in its unit."""
        errors = self.checkpoint.card["validation"]["errors"]
        return {key: error["mae"] for key, error in errors.items()}

    @property
    def elements_seen(self) -> tuple[str, ...]:
        """Elements of the training crystals; all if the card does not say."""
        limits = self.checkpoint.card.get("limits", {})
        numbers = limits.get("atomic_numbers_seen", range(1, MAX_ATOMIC_NUMBER + 1))
        return tuple(Element.from_Z(number).symbol for number in numbers)

    def predict(self, structures: Sequence[Structure]) -> list[Prediction]:
        """Predict every property of some crystals.

        Raises:
            StructureError: A cell is too empty for 12 neighbours.
        """
        rule = self.model.config.neighbour_rule
        cells = [standardise(structure) for structure in structures]
        graphs = [GraphArrays.from_quotient(take_quotient(cell, rule)) for cell in cells]
        num_sites = np.array([len(structure) for structure in structures])
        formula_atoms = np.array([formula_unit_atoms(item) for item in structures])
        predicted = predict_graphs(
            self.model,
            self.checkpoint.scalings,
            graphs,
            num_sites,
            formula_atoms,
            self.device,
        )
        bounds = self._bounds(predicted, num_sites, formula_atoms)
        return [
            Prediction(
                formula=reduced_formula(structure),
                model=self.name,
                values=dict(zip(self.checkpoint.keys, values.tolist(), strict=True)),
                num_sites=len(structure),
                intervals=self._intervals(ends),
                novelty=novelty,
                exact=tuple(compress(self.checkpoint.keys, exact)),
                space_group=cell.number,
            )
            for structure, cell, values, exact, ends, novelty in zip(
                structures,
                cells,
                predicted.values,
                predicted.exact,
                bounds,
                self._novelty(structures, graphs, predicted),
                strict=True,
            )
        ]

    def predict_each(self, structures: Sequence[Structure]) -> list[Prediction | str]:
        """Predict some crystals, none of which stops the others.

        Returns:
            For each crystal its prediction, or a sentence why there is none.
        """
        try:
            return list(self.predict(structures))
        except CrysformerError as error:
            sentence = str(error)
        except Exception as error:  # A crystal nobody thought of must not end the others.
            _logger.exception("A batch of %d crystals failed.", len(structures))
            sentence = f"cannot be predicted ({type(error).__name__})"
        if len(structures) == 1:
            return [sentence]
        return [self.predict_each([structure])[0] for structure in structures]

    def _bounds(
        self, predicted: Predicted, num_sites: NDArray, formula_atoms: NDArray
    ) -> NDArray[np.float64]:
        """Ends of the 90 % intervals, NaN without one, (rows, properties, 2)."""
        intervals = self.checkpoint.intervals
        if intervals is None:
            return np.full((*predicted.values.shape, 2), np.nan)
        return intervals.bounds(
            predicted.values,
            predicted.representations,
            num_sites,
            formula_atoms,
            predicted.exact,
        )

    def _novelty(
        self,
        structures: Sequence[Structure],
        graphs: Sequence[GraphArrays],
        predicted: Predicted,
    ) -> Sequence[Novelty | None]:
        """How far each crystal is from the training data."""
        if self.checkpoint.novelty is None:
            return [None] * len(structures)
        volumes = np.array([item.volume / len(item) for item in structures])
        return self.checkpoint.novelty.novelty(graphs, predicted.representations, volumes)

    def _intervals(self, ends: NDArray) -> dict[str, tuple[float, float]]:
        """Those of one crystal, by property."""
        return {
            key: (low, high)
            for key, (low, high) in zip(self.checkpoint.keys, ends.tolist(), strict=True)
            if not np.isnan(low)
        }

    def bond_attention(self, structure: Structure) -> BondAttention:
        """Attention of both modules on every bond of the given cell.

        Raises:
            StructureError: The cell is too empty for 12 neighbours.
        """
        cell, quotient, output = self._run(structure)
        return expand_bonds(cell, quotient, AttentionWeights.of(output.atomistic))

    def pair_attention(self, structure: Structure) -> PairAttention:
        """Attention of both modules on every pair of bonds of the given cell.

        Raises:
            StructureError: The cell is too empty for 12 neighbours.
        """
        if not self.model.config.line_graph:
            raise SettingsError(f"Model {self.name!r} was trained without a line graph.")
        cell, quotient, output = self._run(structure)
        return expand_pairs(cell, quotient, AttentionWeights.of(output.line))

    def _run(self, structure: Structure) -> tuple[Cell, Quotient, Output]:
        cell = standardise(structure)
        quotient = take_quotient(cell, self.model.config.neighbour_rule)
        graph = GraphArrays.from_quotient(quotient)
        with torch.inference_mode():
            output = self.model(collate([graph], self.dtype).to(self.device))
        return cell, quotient, output

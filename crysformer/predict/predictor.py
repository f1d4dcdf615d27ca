"""The one door to a trained model: structures in, predictions and attention out.

A ``Predictor`` is immutable: prediction is a pure function of weights and structure, so
one object serves all visitors of the app at once.
"""

import logging
from collections.abc import Callable, Sequence
from functools import cached_property
from itertools import compress
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from pymatgen.core import Element, Structure

from crysformer.attention.forward_pass import ForwardPass
from crysformer.attention.weights import BondAttention, PairAttention
from crysformer.errors import CrysformerError, StructureError
from crysformer.graph.arrays import GraphArrays
from crysformer.graph.crystal import CrystalGraph
from crysformer.model.checkpoint import Checkpoint, load_checkpoint
from crysformer.model.config import DEFAULT_MODEL
from crysformer.model.device import choose_device
from crysformer.model.inference import MAX_WORK, Predicted, predict_graphs
from crysformer.model.network import Output
from crysformer.model.pace import expected_seconds, seconds_per_work
from crysformer.predict.prediction import Prediction
from crysformer.predict.reliability import Reliability, reliability
from crysformer.properties.elements import MAX_ATOMIC_NUMBER
from crysformer.structure.formula import formula_unit_atoms, reduced_formula
from crysformer.trust.bands import bands_of
from crysformer.trust.novelty import Novelty
from crysformer.trust.stability import HULL, Stability

Crystal = Structure | CrystalGraph
"""A crystal as it was read, or prepared once for several questions."""

_logger = logging.getLogger(__name__)


class Answer(NamedTuple):
    """What one forward pass says of one crystal.

    Attributes:
        prediction: Every property.
        seen: The pass itself, with all attention.
    """

    prediction: Prediction
    seen: ForwardPass


class Predictor:
    """A loaded model on a device.

    Args:
        model: Name of a bundled model, or a checkpoint that is loaded already.
        device: ``auto``, ``cpu``, ``cuda`` or ``mps``.
        dtype: Arithmetic of the forward pass; double is for checks.
        root: Folder of the models; without it the bundled ones.

    Raises:
        WeightsError: There is no such model or its files are damaged.
        SettingsError: The device is not present.
    """

    def __init__(
        self,
        model: str | Checkpoint = DEFAULT_MODEL,
        device: str = "auto",
        dtype: torch.dtype = torch.float32,
        root: Path | None = None,
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

    def prepare(self, crystal: Crystal) -> CrystalGraph:
        """Standardise a crystal and build its graph; one that is prepared is returned.

        Raises:
            StructureError: The cell is too empty for 12 neighbours.
        """
        if isinstance(crystal, CrystalGraph):
            return crystal
        return CrystalGraph.of(crystal, self.model.config.neighbour_rule)

    @cached_property
    def _pace(self) -> float:
        """Seconds for each unit of work, measured when it is first asked for."""
        return seconds_per_work(self.model, self.device)

    def expected_seconds(self, crystal: CrystalGraph) -> float | None:
        """How long the forward pass of a prepared crystal will take on this machine.

        Returns:
            None for a crystal that takes less time than measuring would: one with less
            work than a batch holds (``MAX_WORK``), some 100 different atoms.
        """
        work = crystal.arrays.work
        return None if work < MAX_WORK else expected_seconds(self._pace, work)

    def predict(self, crystals: Sequence[Crystal]) -> list[Prediction]:
        """Predict every property of some crystals.

        Raises:
            StructureError: A cell is too empty for 12 neighbours.
        """
        return self._predict([self.prepare(crystal) for crystal in crystals])

    def predict_each(
        self,
        crystals: Sequence[Crystal],
        before: Callable[[CrystalGraph], None] = lambda _: None,
    ) -> list[Prediction | str]:
        """Predict some crystals, none of which stops the others.

        Args:
            crystals: Read or prepared.
            before: Called with each once it is prepared, before all are predicted.

        Returns:
            For each crystal its prediction, or a sentence why there is none.
        """
        try:
            graphs = [self.prepare(crystal) for crystal in crystals]
            for graph in graphs:
                before(graph)
            return self._predict(graphs)
        except CrysformerError as error:
            sentence = str(error)
        except Exception as error:  # A crystal nobody thought of must not end the others.
            _logger.exception("A batch of %d crystals failed.", len(crystals))
            sentence = f"cannot be predicted ({type(error).__name__})"
        if len(crystals) == 1:
            return [sentence]
        return [self.predict_each([crystal], before)[0] for crystal in crystals]

    def answer(self, crystal: Crystal) -> Answer:
        """Predict one crystal and keep the attention of the same forward pass.

        Raises:
            StructureError: The cell is too empty for 12 neighbours.
        """
        graph = self.prepare(crystal)
        outputs: list[Output] = []
        prediction = self._predict([graph], outputs.append)[0]
        return Answer(prediction, ForwardPass.from_output(graph, outputs[0]))

    def bond_attention(self, crystal: Crystal) -> BondAttention:
        """Attention of both modules on every bond of the given cell.

        Raises:
            StructureError: The cell is too empty for 12 neighbours.
        """
        return ForwardPass.of(self.model, self.prepare(crystal)).bond_attention

    def pair_attention(self, crystal: Crystal) -> PairAttention:
        """Attention of both modules on every pair of bonds of the given cell.

        Raises:
            StructureError: The cell is too empty for 12 neighbours.
            SettingsError: The model has no line graph.
        """
        return ForwardPass.of(self.model, self.prepare(crystal)).pair_attention

    def _predict(
        self,
        crystals: Sequence[CrystalGraph],
        keep: Callable[[Output], None] = lambda _: None,
    ) -> list[Prediction]:
        structures = [crystal.structure for crystal in crystals]
        graphs = [crystal.arrays for crystal in crystals]
        num_sites = np.array([len(structure) for structure in structures])
        formula_atoms = np.array([formula_unit_atoms(item) for item in structures])
        predicted = predict_graphs(
            self.model,
            self.checkpoint.scalings,
            graphs,
            num_sites,
            formula_atoms,
            self.device,
            keep,
        )
        self._refuse_nonsense(predicted, structures)
        novelties = self._novelty(structures, graphs, predicted)
        return [
            Prediction(
                formula=reduced_formula(crystal.structure),
                model=self.name,
                values=dict(zip(self.checkpoint.keys, values.tolist(), strict=True)),
                num_sites=len(crystal.structure),
                intervals=self._intervals(ends),
                novelty=novelty,
                stability=stability,
                reliability=self._reliability(novelty),
                exact=tuple(compress(self.checkpoint.keys, exact)),
                space_group=crystal.cell.number,
                structure=crystal.structure,
            )
            for crystal, values, exact, ends, novelty, stability in zip(
                crystals,
                predicted.values,
                predicted.exact,
                self._bounds(predicted, num_sites, formula_atoms, novelties),
                novelties or [None] * len(crystals),
                self._stability(predicted),
                strict=True,
            )
        ]

    @staticmethod
    def _refuse_nonsense(predicted: Predicted, structures: Sequence[Structure]) -> None:
        """Refuse numbers that are not finite: nobody is to read one as an answer."""
        wrong = ~np.isfinite(predicted.values).all(axis=1)
        if wrong.any():
            formula = reduced_formula(structures[int(wrong.argmax())])
            raise StructureError(
                f"The network gives no finite number for {formula}: it is too far from "
                "anything that it was trained on."
            )

    def _bounds(
        self,
        predicted: Predicted,
        num_sites: NDArray,
        formula_atoms: NDArray,
        novelties: Sequence[Novelty],
    ) -> NDArray[np.float64]:
        """Ends of the 90 % intervals, NaN without one, (rows, properties, 2)."""
        intervals = self.checkpoint.intervals
        if intervals is None or not novelties:
            return np.full((*predicted.values.shape, 2), np.nan)
        return intervals.bounds(
            predicted.values,
            predicted.representations,
            num_sites,
            formula_atoms,
            bands_of(novelties),
            predicted.exact,
        )

    def _novelty(
        self,
        structures: Sequence[Structure],
        graphs: Sequence[GraphArrays],
        predicted: Predicted,
    ) -> Sequence[Novelty]:
        """How far each crystal is from the training data; empty if nothing can tell."""
        if self.checkpoint.novelty is None:
            return []
        volumes = np.array([item.volume / len(item) for item in structures])
        return self.checkpoint.novelty.novelty(graphs, predicted.representations, volumes)

    def _stability(self, predicted: Predicted) -> Sequence[Stability | None]:
        """How probable it is that each crystal is stable."""
        model = self.checkpoint.stability
        if model is None:
            return [None] * len(predicted.values)
        return model.judge(predicted.values[:, self.checkpoint.keys.index(HULL)])

    def _reliability(self, novelty: Novelty | None) -> Reliability | None:
        """What intervals were worth for crystals as unusual as one."""
        if novelty is None or self.checkpoint.intervals is None:
            return None
        return reliability(self.checkpoint.card, int(bands_of([novelty])[0]))

    def _intervals(self, ends: NDArray) -> dict[str, tuple[float, float]]:
        """Those of one crystal, by property."""
        return {
            key: (low, high)
            for key, (low, high) in zip(self.checkpoint.keys, ends.tolist(), strict=True)
            if not np.isnan(low)
        }

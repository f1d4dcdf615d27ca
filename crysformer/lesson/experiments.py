"""Small experiments with one crystal: stretch it, turn it, and compute it twice."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from pymatgen.core import Element, Structure
from pymatgen.core.operations import SymmOp

from crysformer.graph.arrays import GraphArrays
from crysformer.graph.crystal import CrystalGraph
from crysformer.graph.quotient import take_quotient
from crysformer.lesson.steps import MAX_ANGLES
from crysformer.lesson.walkthrough import copy_on_cpu
from crysformer.model.inference import predict_graphs
from crysformer.predict.prediction import Prediction
from crysformer.predict.predictor import Predictor
from crysformer.properties.table import PROPERTIES
from crysformer.structure.formula import formula_unit_atoms
from crysformer.structure.strain import STRAINS, StrainMode, strained

STRETCHES = np.array(STRAINS[::2])
"""Isotropic strains of the lesson, per cent: every second one of a response."""

_AXIS, _ANGLE_DEG = (1, 2, 3), 30.0


def main_property(predictor: Predictor) -> str:
    """The property that the lesson's experiments speak of: the model's first one."""
    return next(key for key in predictor.checkpoint.keys if PROPERTIES[key].shown)


def responses(predictor: Predictor, crystal: CrystalGraph) -> dict[str, NDArray]:
    """Predict a crystal at every stretch of ``STRETCHES``.

    Returns:
        Values by property, in its unit, (stretches,).
    """
    predicted = predictor.predict(
        [
            strained(crystal.structure, StrainMode.ISOTROPIC, each) if each else crystal
            for each in STRETCHES
        ]
    )
    return {
        key: np.array([each.values[key] for each in predicted])
        for key in predicted[0].shown
    }


@dataclass(frozen=True)
class Changes:
    """One number of a crystal before and after three changes.

    Attributes:
        replacement: What the third change does, such as "Replace Na by K".
        base: The main property as it is, in its unit.
        turned: The same of the rotated crystal.
        doubled: The same with a doubled cell.
        replaced: The same with one element replaced.
    """

    replacement: str
    base: float
    turned: float
    doubled: float
    replaced: float


def changes(predictor: Predictor, structure: Structure, base: Prediction) -> Changes:
    """Turn a crystal, double its cell, and replace one of its elements.

    Args:
        predictor: A loaded model.
        structure: The crystal.
        base: Its prediction.
    """
    turned, doubled, replaced = (structure.copy() for _ in range(3))
    turned.apply_operation(SymmOp.from_axis_angle_and_translation(_AXIS, _ANGLE_DEG))
    doubled.make_supercell([2, 1, 1])
    old = structure[0].specie.symbol
    taken = {site.specie.symbol for site in structure}
    new = similar_element(old, taken, predictor.elements_seen)
    replaced.replace_species({old: new})
    predicted = [base, *predictor.predict([turned, doubled, replaced])]
    key = main_property(predictor)
    return Changes(f"Replace {old} by {new}", *(each.values[key] for each in predicted))


def similar_element(symbol: str, taken: set[str], known: Sequence[str]) -> str:
    """Most similar of the known elements that are not taken: group first, then row."""
    own = Element(symbol)
    others = (Element(each) for each in known if each not in taken)

    def unlike(other: Element) -> tuple[int, int, int]:
        return abs(other.group - own.group), abs(other.row - own.row), -other.Z

    return min(others, key=unlike).symbol


@dataclass(frozen=True)
class TwoGraphs:
    """The full graph of a primitive cell and its symmetry quotient.

    Attributes:
        full: Atoms, bonds and angles of the full graph.
        quotient: The same of the quotient.
        from_full: The main property from the full graph in double precision, in its unit;
            None where that graph is too large to be computed beside a lesson.
        from_quotient: The same from the quotient.
    """

    full: tuple[int, int, int]
    quotient: tuple[int, int, int]
    from_full: float | None
    from_quotient: float


def two_graphs(predictor: Predictor, crystal: CrystalGraph) -> TwoGraphs:
    """Predict one crystal from both graphs, in double precision."""
    structure, rule = crystal.structure, predictor.model.config.neighbour_rule
    whole = take_quotient(crystal.cell, rule, full=True)
    graphs = [crystal.arrays, GraphArrays.from_quotient(whole)]
    counts = [
        (len(graph.atomic_numbers), len(graph.lengths), len(graph.cosines))
        for graph in graphs
    ]
    if counts[1][2] > MAX_ANGLES:
        del graphs[1]
    values = (
        predict_graphs(
            copy_on_cpu(predictor.model, torch.float64),
            predictor.checkpoint.scalings,
            graphs,
            np.full(len(graphs), len(structure)),
            np.full(len(graphs), formula_unit_atoms(structure)),
        )
        .values[:, predictor.checkpoint.keys.index(main_property(predictor))]
        .tolist()
    )
    from_full = values[1] if len(values) > 1 else None
    return TwoGraphs(counts[1], counts[0], from_full, values[0])

"""Small experiments with one crystal: stretch it, turn it, and compute it twice."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from pymatgen.core import Element, Structure
from pymatgen.core.operations import SymmOp

from crysformer.batch import GraphArrays, collate
from crysformer.cell import standardise
from crysformer.data import formula_unit_atoms
from crysformer.inference import decode
from crysformer.predict import Predictor
from crysformer.symmetry import take_quotient
from crysformer.walkthrough import copy_on_cpu

STRETCHES = np.arange(-5.0, 6.0)
"""Of every edge of the cell, percent."""

MAX_ANGLES = 60_000
"""Angles of a full graph beyond which it is not computed beside a lesson."""

_KEY = "formation_energy_peratom"
_AXIS, _ANGLE_DEG = (1, 2, 3), 30.0


def responses(predictor: Predictor, structure: Structure) -> dict[str, NDArray]:
    """Predict a crystal at every stretch of ``STRETCHES``.

    Returns:
        Values by property, in its unit, (stretches,).
    """
    predicted = predictor.predict([stretched(structure, each) for each in STRETCHES])
    return {
        key: np.array([each.values[key] for each in predicted])
        for key in predicted[0].shown
    }


def stretched(structure: Structure, percent: float) -> Structure:
    """Copy a crystal with every edge longer by some percent."""
    copy = structure.copy()
    copy.scale_lattice(structure.volume * (1 + percent / 100) ** 3)
    return copy


@dataclass(frozen=True)
class Changes:
    """One number of a crystal before and after three changes.

    Attributes:
        replacement: What the third change does, such as "Replace Na by K".
        base: Formation energy as it is, eV/atom.
        turned: The same of the rotated crystal.
        doubled: The same with a doubled cell.
        replaced: The same with one element replaced.
    """

    replacement: str
    base: float
    turned: float
    doubled: float
    replaced: float


def changes(predictor: Predictor, structure: Structure) -> Changes:
    """Turn a crystal, double its cell, and replace one of its elements."""
    turned, doubled, replaced = (structure.copy() for _ in range(3))
    turned.apply_operation(SymmOp.from_axis_angle_and_translation(_AXIS, _ANGLE_DEG))
    doubled.make_supercell([2, 1, 1])
    old = structure[0].specie.symbol
    new = similar_element(old, {site.specie.symbol for site in structure})
    replaced.replace_species({old: new})
    predicted = predictor.predict([structure, turned, doubled, replaced])
    return Changes(f"Replace {old} by {new}", *(each.values[_KEY] for each in predicted))


def similar_element(symbol: str, taken: set[str]) -> str:
    """Element of the same group, from the nearest row, that is not taken."""
    own = Element(symbol)
    others = (Element.from_Z(number) for number in range(1, 93))
    same = [
        each for each in others if each.group == own.group and each.symbol not in taken
    ]
    return min(same, key=lambda each: (abs(each.row - own.row), -each.Z)).symbol


@dataclass(frozen=True)
class TwoGraphs:
    """The full graph of a primitive cell and its symmetry quotient.

    Attributes:
        full: Atoms, bonds and angles of the full graph.
        quotient: The same of the quotient.
        from_full: Formation energy from the full graph in double precision, eV/atom;
            None where that graph is too large to be computed beside a lesson.
        from_quotient: The same from the quotient.
    """

    full: tuple[int, int, int]
    quotient: tuple[int, int, int]
    from_full: float | None
    from_quotient: float


def two_graphs(predictor: Predictor, structure: Structure) -> TwoGraphs:
    """Predict one crystal from both graphs, in double precision."""
    cell = standardise(structure)
    rule = predictor.model.config.neighbour_rule
    graphs = [
        GraphArrays.from_quotient(take_quotient(cell, rule, full=full))
        for full in (False, True)
    ]
    counts = [
        (len(graph.atomic_numbers), len(graph.lengths), len(graph.cosines))
        for graph in graphs
    ]
    if counts[1][2] > MAX_ANGLES:
        del graphs[1]
    energies = [_energy_in_double(predictor, graph, structure) for graph in graphs]
    from_full = energies[1] if len(energies) > 1 else None
    return TwoGraphs(counts[1], counts[0], from_full, energies[0])


def _energy_in_double(
    predictor: Predictor, graph: GraphArrays, structure: Structure
) -> float:
    """Formation energy from one graph, eV/atom."""
    batch = collate([graph], torch.float64)
    with torch.inference_mode():
        targets = copy_on_cpu(predictor.model, torch.float64)(batch).values.numpy()
    values = decode(
        targets,
        predictor.checkpoint.scalings,
        batch,
        np.array([len(structure)]),
        np.array([formula_unit_atoms(structure)]),
    )
    return float(values[0, predictor.checkpoint.keys.index(_KEY)])

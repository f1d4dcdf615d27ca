"""Predictions without some bonds, on the symmetry quotient.

Two ways to take a bond away, both with the angles it forms, and both for whole
space-group orbits of undirected bonds at a time (see ``orbits``):

* *masked* before the softmax: the graph without these bonds. The weights of the bonds
  that stay grow until they sum to one again. Neighbours are not searched anew, so none
  moves up into the twelve.
* *zeroed* after the softmax: the bonds keep their weight in the denominator and pass on
  nothing. The weights that stay keep their values and no longer sum to one. A bond passes
  on its value times its weight, so a large weight takes more away here partly by
  construction; masking has no such built-in tie.

An atom that loses all its bonds gets an empty sum: its message is zero, and it goes on
with its own features alone. The same holds for a bond that loses all its angles. Without
any bond the prediction depends on the composition only.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from enum import StrEnum

import numpy as np
import torch
from numpy.typing import NDArray

from crysformer.arrays import IntArray
from crysformer.graph.arrays import GraphArrays
from crysformer.graph.batch import GraphBatch, collate
from crysformer.model.inference import batches_by_work
from crysformer.model.network import Crysformer

Progress = Callable[[float], None]


class Variant(StrEnum):
    """How a bond is taken away."""

    MASKED = "masked"
    ZEROED = "zeroed"

    @property
    def label(self) -> str:
        """Words for people; URLs have them, too."""
        return {
            Variant.MASKED: "Masked before the softmax",
            Variant.ZEROED: "Weight set to zero after it",
        }[self]


def without_bonds(graph: GraphArrays, rows: IntArray) -> GraphArrays:
    """Take bonds and all their angles out of a graph.

    Args:
        graph: Graph of one crystal.
        rows: Bonds to take out; whole undirected orbits keep a quotient exact.
    """
    keep = np.ones(len(graph.lengths), dtype=bool)
    keep[rows] = False
    # Where each bond that stays is counted now; the others have no place.
    place = np.cumsum(keep) - 1
    angles = keep[graph.line_index].all(axis=0)
    return GraphArrays(
        atomic_numbers=graph.atomic_numbers,
        atom_multiplicity=graph.atom_multiplicity,
        edge_index=graph.edge_index[:, keep],
        lengths=graph.lengths[keep],
        log_bond_multiplicity=graph.log_bond_multiplicity[keep],
        line_index=place[graph.line_index[:, angles]],
        cosines=graph.cosines[angles],
        log_angle_multiplicity=graph.log_angle_multiplicity[angles],
    )


def with_factors(
    graph: GraphArrays, removed: Sequence[IntArray], dtype: torch.dtype
) -> GraphBatch:
    """Copies of a graph, each with the weights of some bonds set to zero.

    Args:
        graph: Graph of one crystal.
        removed: Bonds to switch off in each copy.
        dtype: Floating-point type of the batch.
    """
    bonds = np.ones((len(removed), len(graph.lengths)))
    for copy, rows in zip(bonds, removed, strict=True):
        copy[rows] = 0.0
    angles = bonds[:, graph.line_index].min(axis=1)
    return replace(
        collate([graph] * len(removed), dtype),
        bond_factor=torch.from_numpy(bonds.ravel()).to(dtype),
        angle_factor=torch.from_numpy(angles.ravel()).to(dtype),
    )


def knock_out(
    model: Crysformer,
    graph: GraphArrays,
    removed: Sequence[IntArray],
    variant: Variant = Variant.MASKED,
    progress: Progress = lambda _: None,
) -> NDArray[np.float64]:
    """Predict a crystal without some bonds, once for each set of them.

    Args:
        model: Network in evaluation mode.
        graph: Graph of the crystal.
        removed: Sets of bonds; an empty one gives the prediction itself.
        variant: How they are taken away.
        progress: Called with the share done after each batch; small crystals are one.

    Returns:
        Standardised outputs, (sets, outputs).
    """
    parameter = next(model.parameters())
    values = np.empty((len(removed), len(model.heads.bias)))
    graphs = (
        [without_bonds(graph, rows) for rows in removed]
        if variant == Variant.MASKED
        else [graph] * len(removed)
    )
    done = 0
    with torch.inference_mode():
        for group in batches_by_work(np.array([each.work for each in graphs])):
            if variant == Variant.MASKED:
                batch = collate([graphs[k] for k in group], parameter.dtype)
            else:
                batch = with_factors(graph, [removed[k] for k in group], parameter.dtype)
            output = model(batch.to(parameter.device)).values
            values[group] = output.cpu().double().numpy()
            done += len(group)
            progress(done / len(removed))
    return values

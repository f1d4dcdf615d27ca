"""How much single bonds count, by gradients.

Standardised outputs on the quotient graph, before element constants and units are put
back: those do not depend on any bond.
"""

from dataclasses import replace

import numpy as np
import torch

from crysformer.arrays import FloatArray
from crysformer.faithfulness.orbits import BondOrbits
from crysformer.graph.arrays import GraphArrays
from crysformer.graph.batch import collate
from crysformer.model.network import Crysformer


def gradient_times_input(
    model: Crysformer, graph: GraphArrays, orbits: BondOrbits
) -> FloatArray:
    """Slope of every output when the bonds of an orbit are turned down, times one.

    The input of a bond is its presence, 1 in the graph and 0 where it is missing: a
    factor on its weights and on those of its angles, after the softmax, in all blocks and
    both modules. That is the edge mask of torch_geometric's Captum explainer (input x
    gradient), and the linear estimate of the change by the zeroed knock-out.

    Returns:
        Standardised, (orbits, outputs).
    """
    parameter = next(model.parameters())
    batch = collate([graph], parameter.dtype).to(parameter.device)
    factors = [
        torch.ones_like(rows, requires_grad=True)
        for rows in (batch.lengths, batch.cosines)
    ]
    with torch.enable_grad():
        gated = replace(batch, bond_factor=factors[0], angle_factor=factors[1])
        values = model(gated).values[0]
        slopes = [
            torch.autograd.grad(value, factors, retain_graph=True, materialize_grads=True)
            for value in values
        ]
    bond, angle = (
        torch.stack(rows).cpu().double().numpy() for rows in zip(*slopes, strict=True)
    )
    own = np.stack([np.bincount(orbits.of_row, row, len(orbits)) for row in bond], axis=1)
    return own + _angles_touched(graph, orbits) @ angle.T


def _angles_touched(graph: GraphArrays, orbits: BondOrbits) -> FloatArray:
    """One where an angle has a bond of the orbit; (orbits, angles)."""
    ends = orbits.of_row[graph.line_index]
    return np.stack([(ends == k).any(axis=0) for k in range(len(orbits))]).astype(float)

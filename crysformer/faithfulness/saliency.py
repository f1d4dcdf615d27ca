"""How much single atoms and bonds count, by leaving out and by gradients.

Both work on the quotient graph and give standardised outputs, before element constants
and units are put back: those do not depend on any bond.
"""

from dataclasses import replace

import numpy as np
import torch

from crysformer.arrays import FloatArray
from crysformer.faithfulness.orbits import BondOrbits
from crysformer.graph.batch import GraphArrays, collate
from crysformer.model.network import Crysformer


def atom_contributions(model: Crysformer, graph: GraphArrays) -> FloatArray:
    """Change of every output when one kind of atom has a say in the mean again.

    The readout is a network on the mean over the atoms' last features. All atoms of one
    symmetry orbit are left out of that mean, whose other shares grow to one; the graph
    stays as it is, so what they told their neighbours remains. The contribution is the
    prediction minus the one without them: above zero, these atoms raise it.

    Args:
        model: Network in evaluation mode.
        graph: Graph of the crystal.

    Returns:
        Standardised, (representative atoms, outputs); NaN where all atoms are of one
        kind, because nothing is left then.
    """
    parameter = next(model.parameters())
    number = len(graph.atomic_numbers)
    batch = collate([graph], parameter.dtype).to(parameter.device)
    fraction = batch.atom_fraction
    # Each atom as a crystal of its own: the readout's mean is then its own features.
    alone = replace(
        batch,
        crystal=torch.arange(number, device=fraction.device),
        num_crystals=number,
        atom_fraction=torch.ones_like(fraction),
    )
    with torch.inference_mode():
        atoms = model(alone).representation
        whole = model.heads(fraction[None] @ atoms)
        if number == 1:
            return np.full(whole.shape, np.nan)
        others = fraction * (1.0 - torch.eye(number, dtype=fraction.dtype).to(fraction))
        without = model.heads(others / others.sum(dim=1, keepdim=True) @ atoms)
    return (whole - without).cpu().double().numpy()


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

"""The network taken step by step: what goes into and comes out of each of its modules.

``walk`` runs the model with a trace and keeps what passed between its modules as numpy
arrays; ``cross_at`` and ``conditional_at`` look at one atom, and
compare what the model says with ``crysformer.lesson.by_hand``.
"""

from copy import deepcopy
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from crysformer.graph.arrays import GraphArrays
from crysformer.graph.batch import collate
from crysformer.graph.quotient import Quotient
from crysformer.lesson.by_hand import (
    ConditionalByHand,
    CrossByHand,
    Weights,
    conditional_by_hand,
    cross_by_hand,
)
from crysformer.lesson.neighbourhood import Neighbourhood
from crysformer.model.network import Crysformer
from crysformer.model.trace import LayerTrace, ModuleTrace, Trace


@dataclass(frozen=True)
class Walkthrough:
    """One crystal on its way through the network, read off a trace of its own pass.

    Attributes:
        atoms: Features of the atoms before the first block, (atoms, C).
        bonds: Features of the bonds before the first block, (bonds, D).
        angles: Features of the angles before the first block; None without a line graph.
        atomistic: Layers on atoms and bonds, as numpy arrays; one for each block.
        line: Layers on bonds and angles; empty where they were not kept.
        representation: Mean over the atoms of the last features, (C,).
        outputs: Standardised predictions, (properties,).
    """

    atoms: NDArray
    bonds: NDArray
    angles: NDArray | None
    atomistic: tuple[LayerTrace, ...]
    line: tuple[LayerTrace, ...]
    representation: NDArray
    outputs: NDArray


def walk(
    model: Crysformer, graph: GraphArrays, *, keep_line: bool = False
) -> Walkthrough:
    """Take one crystal through the network.

    Args:
        model: Network in evaluation mode on the CPU, in the precision wanted.
        graph: Quotient graph or full graph of the crystal.
        keep_line: Keep the layers of the line graph too, which are the largest arrays.
    """
    trace = Trace()
    with torch.inference_mode():
        output = model(collate([graph], next(model.parameters()).dtype), trace)
    return Walkthrough(
        trace.atoms.numpy(),
        trace.bonds.numpy(),
        None if trace.angles is None else trace.angles.numpy(),
        tuple(map(_as_arrays, trace.atomistic)),
        tuple(map(_as_arrays, trace.line)) if keep_line else (),
        output.representation[0].numpy(),
        output.values[0].numpy(),
    )


def _as_arrays(layer: LayerTrace) -> LayerTrace:
    """Tensors of a layer as numpy arrays."""
    modules = [
        None if module is None else ModuleTrace(*(each.numpy() for each in module))
        for module in (layer.cross, layer.conditional)
    ]
    return LayerTrace(*modules, layer.nodes.numpy(), layer.edges.numpy())


def copy_on_cpu(model: Crysformer, dtype: torch.dtype) -> Crysformer:
    """Copy a network to the CPU in some precision; the original stays as it is."""
    # In two moves: Apple's GPUs have no double precision to begin with.
    return deepcopy(model).to("cpu").to(dtype)


def matrices(module: nn.Module) -> Weights:
    """Raw weight matrices of a module by name."""
    return {name: tensor.cpu().numpy() for name, tensor in module.state_dict().items()}


@dataclass(frozen=True)
class AtomStep:
    """One attention module at one atom, by hand and by the model.

    Attributes:
        by_hand: Every symbol of the equations.
        attention: The model's weight of each single bond, (bonds, heads).
        result: The model's features of the atom afterwards, (C,).
        difference: Largest difference between hand and model over the weights of all
            heads, the features of the atom, and those of its bonds where they change.
    """

    by_hand: CrossByHand | ConditionalByHand
    attention: NDArray
    result: NDArray
    difference: float


def cross_at(
    model: Crysformer,
    steps: Walkthrough,
    quotient: Quotient,
    around: Neighbourhood,
    block: int = 0,
) -> AtomStep:
    """Cross-attention of one atom to its bonds, by hand and by the model.

    Args:
        model: The network that was walked through.
        steps: Its steps.
        quotient: The graph they were taken on.
        around: The atom and its bonds; every single one is counted, no orbits.
        block: Counted from zero.
    """
    module, seen = model.atom_layers[block].cross, steps.atomistic[block].cross
    by_hand = cross_by_hand(
        matrices(module),
        seen.nodes[around.atom],
        seen.edges[around.orbit],
        around.weight.astype(seen.nodes.dtype),
        module.num_heads,
    )
    return _compare(by_hand, seen, quotient, around, None)


def conditional_at(
    model: Crysformer,
    steps: Walkthrough,
    quotient: Quotient,
    around: Neighbourhood,
    block: int = 0,
) -> AtomStep:
    """Conditional attention of one atom to its neighbours; see ``cross_at``."""
    module = model.atom_layers[block].conditional
    seen = steps.atomistic[block].conditional
    by_hand = conditional_by_hand(
        matrices(module),
        seen.nodes[around.atom],
        seen.nodes[quotient.edge_index[0, around.orbit]],
        seen.edges[around.orbit],
        around.weight.astype(seen.nodes.dtype),
        module.num_heads,
    )
    return _compare(by_hand, seen, quotient, around, by_hand.edges)


def _compare(
    by_hand: CrossByHand | ConditionalByHand,
    seen: ModuleTrace,
    quotient: Quotient,
    around: Neighbourhood,
    edges: NDArray | None,
) -> AtomStep:
    # The model's row stands for all members of an orbit; a single bond has its share.
    share = quotient.bond_multiplicity[around.orbit, None].astype(seen.attention.dtype)
    attention = seen.attention[around.orbit] / share
    result = seen.new_nodes[around.atom]
    differences = [by_hand.attention - attention, by_hand.result - result]
    if edges is not None:
        differences.append(edges - seen.new_edges[around.orbit])
    largest = max(float(np.abs(each).max()) for each in differences)
    return AtomStep(by_hand, attention, result, largest)


def attention_by_block(
    steps: Walkthrough, quotient: Quotient, around: Neighbourhood
) -> NDArray:
    """Cross-attention of an atom's bonds, the mean over the heads; (bonds, blocks)."""
    share = quotient.bond_multiplicity[around.orbit]
    weights = [
        layer.cross.attention[around.orbit].mean(axis=1) / share
        for layer in steps.atomistic
    ]
    return np.stack(weights, axis=1)

"""The network taken step by step: what goes into and comes out of each of its modules.

``walk`` calls the model's own submodules in the model's own order and keeps what passes
between them as numpy arrays; ``cross_at`` and ``conditional_at`` look at one atom, and
compare what the model says with ``crysformer.lesson.by_hand``.
"""

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from crysformer.graph.batch import GraphArrays, collate
from crysformer.graph.quotient import Quotient
from crysformer.lesson.by_hand import (
    ConditionalByHand,
    CrossByHand,
    Weights,
    conditional_by_hand,
    cross_by_hand,
)
from crysformer.lesson.neighbourhood import Neighbourhood
from crysformer.model.layers import CrysformerLayer, Edges
from crysformer.model.network import Crysformer


@dataclass(frozen=True)
class ModuleSteps:
    """One attention module: what it was given, and what it returned.

    Attributes:
        nodes: Features of the nodes before, (N, C).
        edges: Features of the edges before, (E, D).
        attention: Weights of whole orbits, (E, H).
        new_nodes: Features of the nodes after, (N, C).
        new_edges: Features of the edges after, (E, D).
    """

    nodes: NDArray
    edges: NDArray
    attention: NDArray
    new_nodes: NDArray
    new_edges: NDArray


@dataclass(frozen=True)
class LayerSteps:
    """One layer: both modules, then the feed-forward networks.

    Attributes:
        cross: Cross-attention; None where it was ablated.
        conditional: Conditional attention; None where it was ablated.
        nodes: Features of the nodes after the layer, (N, C).
        edges: Features of the edges after the layer, (E, D).
    """

    cross: ModuleSteps | None
    conditional: ModuleSteps | None
    nodes: NDArray
    edges: NDArray


@dataclass(frozen=True)
class Walkthrough:
    """One crystal on its way through the network; one layer for each block.

    Attributes:
        atoms: Features of the atoms before the first block, (atoms, C).
        bonds: Features of the bonds before the first block, (bonds, D).
        angles: Features of the angles before the first block; None without a line graph.
        atomistic: Layers on atoms and bonds.
        line: Layers on bonds and angles; empty where they were not kept.
        representation: Mean over the atoms of the last features, (C,).
        outputs: Standardised predictions, (properties,).
    """

    atoms: NDArray
    bonds: NDArray
    angles: NDArray | None
    atomistic: tuple[LayerSteps, ...]
    line: tuple[LayerSteps, ...]
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
    batch = collate([graph], next(model.parameters()).dtype)
    with torch.inference_mode():
        atoms = model.atom_embedding(batch.atomic_numbers)
        bonds = model.bond_embedding(batch.lengths)
        angles = model.angle_embedding(batch.cosines) if model.line_layers else None
        start = _arrays(atoms, bonds), None if angles is None else angles.numpy()
        bond_edges = Edges(*batch.edge_index, batch.log_bond_multiplicity, len(atoms))
        angle_edges = Edges(*batch.line_index, batch.log_angle_multiplicity, len(bonds))
        atomistic, line = [], []
        for block, atom_layer in enumerate(model.atom_layers):
            if model.line_layers:
                layer = model.line_layers[block]
                bonds, angles, steps = _walk_layer(layer, bonds, angles, angle_edges)
                if keep_line:
                    line.append(steps)
            atoms, bonds, steps = _walk_layer(atom_layer, atoms, bonds, bond_edges)
            atomistic.append(steps)
        representation = (atoms * batch.atom_fraction[:, None]).sum(dim=0)
        outputs = model.heads(representation[None])[0]
    return Walkthrough(
        *start[0],
        start[1],
        tuple(atomistic),
        tuple(line),
        *_arrays(representation, outputs),
    )


def _walk_layer(
    layer: CrysformerLayer, nodes: Tensor, edge: Tensor, edges: Edges
) -> tuple[Tensor, Tensor, LayerSteps]:
    cross = conditional = None
    if layer.cross is not None:
        before = nodes
        nodes, weights = layer.cross(nodes, edge, edges)
        cross = ModuleSteps(*_arrays(before, edge, weights, nodes, edge))
    if layer.conditional is not None:
        before, edge_before = nodes, edge
        nodes, edge, weights = layer.conditional(nodes, edge, edges)
        conditional = ModuleSteps(*_arrays(before, edge_before, weights, nodes, edge))
    nodes = layer.node_feed_forward(nodes)
    if layer.edge_feed_forward is not None:
        edge = layer.edge_feed_forward(edge)
    return nodes, edge, LayerSteps(cross, conditional, *_arrays(nodes, edge))


def _arrays(*tensors: Tensor) -> Sequence[NDArray]:
    return [tensor.numpy() for tensor in tensors]


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
    seen: ModuleSteps,
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

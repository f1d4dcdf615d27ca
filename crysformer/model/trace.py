"""What passes between the layers of the network, for whoever wants to look inside.

A trace is filled by a forward pass that is given one; the network itself keeps nothing.
"""

from dataclasses import dataclass, field
from typing import NamedTuple

from torch import Tensor


class ModuleTrace(NamedTuple):
    """One attention module: what it was given, and what it returned.

    Attributes:
        nodes: Features of the nodes before, (N, C).
        edges: Features of the edges before, (E, D).
        attention: Weights of whole orbits, (E, H).
        new_nodes: Features of the nodes after, (N, C).
        new_edges: Features of the edges after, (E, D).
    """

    nodes: Tensor
    edges: Tensor
    attention: Tensor
    new_nodes: Tensor
    new_edges: Tensor


class LayerTrace(NamedTuple):
    """One layer: both modules, then the feed-forward networks.

    Attributes:
        cross: Cross-attention; None where it was ablated.
        conditional: Conditional attention; None where it was ablated.
        nodes: Features of the nodes after the layer, (N, C).
        edges: Features of the edges after the layer, (E, D).
    """

    cross: ModuleTrace | None
    conditional: ModuleTrace | None
    nodes: Tensor
    edges: Tensor


@dataclass
class Trace:
    """One pass through the network; one layer for each block.

    Attributes:
        atoms: Features of the atoms before the first block, (atoms, C).
        bonds: Features of the bonds before the first block, (bonds, D).
        angles: Features of the angles before the first block; None without a line graph.
        atomistic: Layers on atoms and bonds.
        line: Layers on bonds and angles.
    """

    atoms: Tensor | None = None
    bonds: Tensor | None = None
    angles: Tensor | None = None
    atomistic: list[LayerTrace] = field(default_factory=list)
    line: list[LayerTrace] = field(default_factory=list)

    def start(self, atoms: Tensor, bonds: Tensor, angles: Tensor | None) -> None:
        """Note the features before the first block."""
        self.atoms, self.bonds, self.angles = atoms, bonds, angles

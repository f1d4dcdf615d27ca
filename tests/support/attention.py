"""Attention of random networks on crystals, for the tests of what is made from it."""

import numpy as np
from pymatgen.core import Lattice, Structure

from crysformer.attention.forward_pass import ForwardPass
from crysformer.attention.weights import BondAttention
from crysformer.graph.bonds import BondPairs, CrystalBonds
from crysformer.graph.crystal import CrystalGraph
from crysformer.model.network import Crysformer

CHAIN = Structure(Lattice.orthorhombic(3, 9, 9), ["C", "N"], [[0, 0, 0], [0.5, 0, 0]])


def look_at(
    model: Crysformer, structure: Structure, *, full: bool = False
) -> ForwardPass:
    """A network's pass over a crystal, with or without the use of symmetry."""
    rule = model.config.neighbour_rule
    return ForwardPass.of(model, CrystalGraph.of(structure, rule, full=full))


def attend(
    model: Crysformer, structure: Structure, *, full: bool = False
) -> BondAttention:
    """Attention of every bond of a crystal, with or without the use of symmetry."""
    return look_at(model, structure, full=full).bond_attention


def invented_graph(
    structure: Structure, bonds: CrystalBonds, pairs: BondPairs | None = None
) -> CrystalGraph:
    """A crystal with bonds that somebody made up; it has no cell and no quotient."""
    graph = CrystalGraph(structure, None, None)
    vars(graph).update(bonds=bonds, pairs=pairs)
    return graph


def keys(bonds: CrystalBonds) -> list[tuple[int, ...]]:
    """Centre, neighbour and image of each bond."""
    rows = np.column_stack([bonds.i, bonds.j, bonds.image])
    return [tuple(row) for row in rows.tolist()]


def chain_attention() -> BondAttention:
    """C attends to N on both sides; N to C on its left only, and to its own images."""
    cross = np.array([0.75, 0.25, 0.5, 0.25, 0.25])[:, None, None] * np.ones((1, 2, 2))
    cross[:2, 1] = [[0.25, 0.25], [0.75, 0.75]]
    conditional = np.array([0.5, 0.5, 0.2, 0.4, 0.4])[:, None, None] * np.ones((1, 2, 2))
    bonds = CrystalBonds(
        i=np.array([0, 0, 1, 1, 1]),
        j=np.array([1, 1, 0, 1, 1]),
        image=np.array([[0, 0, 0], [-1, 0, 0], [0, 0, 0], [1, 0, 0], [-1, 0, 0]]),
        length=np.array([1.5, 1.5, 1.5, 3.0, 3.0]),
        multiplicity=np.array([1, 1, 1, 2, 2]),
        orbit=np.array([0, 1, 2, 3, 3]),
        reverse=np.array([2, -1, 0, 4, 3]),
        degree=np.array([2, 2, 3, 3, 3]),
    )
    return BondAttention(invented_graph(CHAIN, bonds), cross, conditional)

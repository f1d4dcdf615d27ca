"""Attention of random networks on crystals, for the tests of what is made from it."""

import numpy as np
from pymatgen.core import Structure

from crysformer.attention.forward_pass import ForwardPass
from crysformer.attention.weights import BondAttention
from crysformer.graph.bonds import BondPairs, CrystalBonds
from crysformer.graph.crystal import CrystalGraph
from crysformer.model.network import Crysformer


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

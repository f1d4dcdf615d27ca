"""Attention of random networks on crystals, for the tests of what is made from it."""

import numpy as np

from crysformer.attention.weights import AttentionWeights, BondAttention, expand_bonds
from crysformer.graph.batch import collate
from crysformer.model.network import Crysformer
from tests.support.crystals import graph_of, stack


def attend(model: Crysformer, structure, *, full: bool = False) -> BondAttention:
    """Attention of every bond of a crystal, with or without the use of symmetry."""
    cell, quotient, graph = graph_of(structure, model.config.neighbour_rule, full=full)
    dtype = next(model.parameters()).dtype
    output = model(collate([graph], dtype))
    weights = AttentionWeights(
        *(
            stack(output.atomistic, name).astype(float)
            for name in ("cross", "conditional")
        )
    )
    return expand_bonds(cell, quotient, weights)


def keys(bonds: BondAttention) -> list[tuple[int, ...]]:
    """Centre, neighbour and image of each bond."""
    rows = np.column_stack([bonds.i, bonds.j, bonds.image])
    return [tuple(row) for row in rows.tolist()]

"""Rows without effect that give batches of training a few sizes, over and over.

On a CPU, oneDNN compiles a bfloat16 product for every new number of rows and keeps it for
the next time. Graphs make a new number in every step, and compiling then costs as much
as a third of it (docs/training.md).
"""

import os
from collections.abc import Sequence

import numpy as np

from crysformer.graph.arrays import GraphArrays

# Rounding up adds half of these in the mean, some per cent of a batch of 32 crystals.
_ATOMS, _BONDS, _ANGLES = 32, 64, 1024
_LENGTH = 3.0  # Å, where the Gaussians of the embedding are at home.


def padded(graphs: Sequence[GraphArrays]) -> list[GraphArrays]:
    """The graphs and one more, whose size rounds up the sums of their rows.

    No bond joins it to the others, so nothing of theirs changes; its own output is the
    last of the batch, for the caller to leave out.
    """
    atoms = sum(len(graph.atomic_numbers) for graph in graphs)
    bonds = sum(len(graph.lengths) for graph in graphs)
    angles = sum(len(graph.cosines) for graph in graphs)
    filler = _filler(
        _missing(atoms, _ATOMS), _missing(bonds, _BONDS), _missing(angles, _ANGLES)
    )
    return [*graphs, filler]


def keep_kernels() -> None:
    """Make room for every product that oneDNN compiles in a run.

    To be called before the first of them, and by whoever starts other processes.
    """
    os.environ.setdefault("ONEDNN_PRIMITIVE_CACHE_CAPACITY", "8192")


def _missing(rows: int, step: int) -> int:
    """Rows, at least one, that make up a multiple of the step."""
    return step - rows % step


def _filler(atoms: int, bonds: int, angles: int) -> GraphArrays:
    """Bonds of one atom to itself and angles of one bond with itself, all alike."""
    return GraphArrays(
        atomic_numbers=np.ones(atoms, np.int32),
        atom_multiplicity=np.ones(atoms, np.int32),
        edge_index=np.zeros((2, bonds), np.int32),
        lengths=np.full(bonds, _LENGTH, np.float32),
        log_bond_multiplicity=np.zeros(bonds, np.float32),
        line_index=np.zeros((2, angles), np.int32),
        cosines=np.zeros(angles, np.float32),
        log_angle_multiplicity=np.zeros(angles, np.float32),
    )

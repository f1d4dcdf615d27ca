"""How long a forward pass takes on this machine, measured on a made-up crystal."""

import time

import numpy as np
import torch
from torch import nn

from crysformer.graph.arrays import GraphArrays, work_of
from crysformer.graph.batch import collate

_ATOMS = 50
_DEGREE = 16
"""Bonds of an atom of a crystal without symmetry; angles are to bonds as in those."""
_GROWTH = 0.16


def seconds_per_work(model: nn.Module, device: torch.device | str) -> float:
    """Time that a network takes for one unit of ``GraphArrays.work``, in s.

    Args:
        model: Network in evaluation mode on the device.
        device: Where it lives.
    """
    graph = made_up_graph(_ATOMS, _DEGREE)
    batch = collate([graph], next(model.parameters()).dtype).to(device)
    times = []
    with torch.inference_mode():
        for _ in range(3):  # The first one is for warming up.
            started = time.perf_counter()
            # Reading a number waits for a device that works on its own.
            model(batch).values.sum().item()
            times.append(time.perf_counter() - started)
    return min(times[1:]) / graph.work


def expected_seconds(pace: float, work: int) -> float:
    """How long a graph will take that is larger than the one the pace was measured on.

    Time grows a little faster than work, since what a step reads fits ever less into the
    caches: by the power of 1.16 from 50 to 2,000 atoms (our measurement, see
    docs/performance.md).

    Args:
        pace: Of ``seconds_per_work``, s.
        work: Of the graph.
    """
    measured = work_of(_ATOMS * _DEGREE, _ATOMS * _DEGREE * (_DEGREE - 1))
    return pace * work * max(1.0, work / measured) ** _GROWTH


def made_up_graph(atoms: int, degree: int) -> GraphArrays:
    """A graph of random numbers in which every atom has as many bonds."""
    generator = np.random.default_rng(0)
    bonds = atoms * degree
    centre = np.repeat(np.arange(atoms), degree)
    attending = np.repeat(np.arange(bonds), degree)
    other = (centre * degree)[:, None] + np.arange(degree)
    proper = other.ravel() != attending
    line_index = np.stack([other.ravel(), attending])[:, proper]
    return GraphArrays(
        atomic_numbers=generator.integers(1, 90, atoms),
        atom_multiplicity=np.ones(atoms, dtype=np.int64),
        edge_index=np.stack([generator.integers(atoms, size=bonds), centre]),
        lengths=generator.uniform(2.0, 4.0, bonds),
        log_bond_multiplicity=np.zeros(bonds),
        line_index=line_index,
        cosines=generator.uniform(-1.0, 1.0, line_index.shape[1]),
        log_angle_multiplicity=np.zeros(line_index.shape[1]),
    )

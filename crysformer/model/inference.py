"""Numbers out of a network: decoded predictions for graphs, the same for all callers."""

import copy
import logging
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from crysformer.graph.arrays import GraphArrays
from crysformer.graph.batch import GraphBatch, collate
from crysformer.model.network import Output
from crysformer.properties.scaling import Scaling, share_of_base, sizes_of
from crysformer.properties.table import PROPERTIES

_logger = logging.getLogger(__name__)

MAX_WORK = 60_000
"""Work of one batch: about 100 MB of activations without gradients."""


def batches_by_work(work: NDArray, limit: int = MAX_WORK) -> Iterator[NDArray[np.int64]]:
    """Group crystals of similar size; only a single one may exceed the limit of work."""
    order = np.argsort(work, kind="stable")
    group: list[int] = []
    total = 0
    for index in order:
        if group and total + work[index] > limit:
            yield np.array(group)
            group, total = [], 0
        group.append(int(index))
        total += int(work[index])
    if group:
        yield np.array(group)


class Predicted(NamedTuple):
    """Predictions of a network for some graphs.

    Attributes:
        values: In the properties' units, (graphs, properties).
        representations: Mean over atoms of the trunk's last features, (graphs, width).
        exact: Which values are zero by symmetry whatever the network says, (graphs,
            properties).
    """

    values: NDArray[np.float64]
    representations: NDArray[np.float64]
    exact: NDArray[np.bool_]


def predict_graphs(
    model: nn.Module,
    scalings: Sequence[Scaling],
    graphs: Sequence[GraphArrays],
    num_sites: NDArray,
    formula_atoms: NDArray,
    device: torch.device | str = "cpu",
    keep: Callable[[Output], None] = lambda _: None,
) -> Predicted:
    """Predict every property of every graph.

    Args:
        model: Network in evaluation mode on the device.
        scalings: One per column of the result.
        graphs: One per row of the result.
        num_sites: Atoms in each given cell, for per-cell properties.
        formula_atoms: Atoms in each reduced formula.
        device: Where the network lives.
        keep: Called with all that the network returned, once for each batch.
    """
    values = np.empty((len(graphs), len(scalings)))
    representations = np.empty((len(graphs), model.config.atom_width))
    work = np.array([graph.work for graph in graphs])
    dtype = next(model.parameters()).dtype
    with torch.inference_mode():
        for rows, batch, output in _passes(model, graphs, work, dtype, device):
            keep(output)
            representations[rows] = output.representation.cpu().double().numpy()
            values[rows] = decode(
                output.values.cpu().double().numpy(),
                scalings,
                batch.composition().cpu().double().numpy(),
                num_sites[rows],
                formula_atoms[rows],
            )
    exact = zero_by_symmetry(scalings, graphs)
    values[exact] = 0.0
    return Predicted(values, representations, exact)


def _passes(
    model: nn.Module,
    graphs: Sequence[GraphArrays],
    work: NDArray,
    dtype: torch.dtype,
    device: torch.device | str,
) -> Iterator[tuple[NDArray[np.int64], GraphBatch, Output]]:
    """Pass all graphs through the network in batches that the device has memory for.

    One that is too large for it is halved, and a crystal that is too large alone goes
    through a copy of the network on the CPU: slower, but it is answered.
    """
    waiting = list(batches_by_work(work))
    while waiting:
        rows = waiting.pop(0)
        batch = collate([graphs[row] for row in rows], dtype)
        try:
            batch = batch.to(device)
            output = model(batch)
        except torch.OutOfMemoryError:
            if len(rows) > 1:
                waiting[:0] = np.array_split(rows, 2)
                continue
            _logger.warning(
                "A crystal of %d unique atoms is too large for the memory of %s; it is "
                "predicted on the CPU.",
                len(batch.atomic_numbers),
                device,
            )
            batch = batch.to("cpu")
            output = copy.deepcopy(model).cpu()(batch)
        yield rows, batch, output


def zero_by_symmetry(
    scalings: Sequence[Scaling], graphs: Sequence[GraphArrays]
) -> NDArray[np.bool_]:
    """Properties that the symmetry of a crystal forbids, (graphs, properties)."""
    allowed = np.array([graph.piezoelectric for graph in graphs], dtype=bool)
    asked = np.array([PROPERTIES[item.key].piezoelectric for item in scalings])
    return ~allowed[:, None] & asked


def decode(
    targets: NDArray,
    scalings: Sequence[Scaling],
    composition: NDArray,
    num_sites: NDArray,
    formula_atoms: NDArray,
) -> NDArray[np.float64]:
    """Standardised outputs to values, (crystals, properties).

    Args:
        targets: (crystals, outputs).
        scalings: One per property; a base stands before what is derived from it.
        composition: Fraction of each element, (crystals, 119).
        num_sites: Atoms in each given cell.
        formula_atoms: Atoms in each reduced formula.
    """
    columns: dict[str, NDArray] = {}
    outputs = iter(targets.T)
    for scaling in scalings:
        if scaling.base:
            base = columns[scaling.base] * share_of_base(scaling.key, formula_atoms)
        else:
            base = next(outputs)
        sizes = sizes_of(scaling.key, num_sites, formula_atoms)
        columns[scaling.key] = scaling.decode(base, composition, sizes)
    return np.stack([columns[scaling.key] for scaling in scalings], axis=1)

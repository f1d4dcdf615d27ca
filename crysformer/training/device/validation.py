"""Errors on validation crystals that stay on the device."""

from collections.abc import Sequence

import numpy as np
import torch
from torch import nn

from crysformer.data.dataset import Dataset
from crysformer.model.inference import batches_by_work, decode, zero_by_symmetry
from crysformer.properties.metrics import PropertyError, property_error
from crysformer.properties.scaling import Scaling
from crysformer.training.device.graphs import DeviceGraphs, Sizes
from crysformer.training.plan import share_by_work
from crysformer.training.processes import Ranks

MAX_WORK = 800_000
"""Work of one batch: much, since a GPU waits for the start of every kernel."""


class DeviceValidation:
    """Validation crystals of this rank in batches on its device.

    Args:
        data: Validation crystals of all ranks.
        ranks: Who takes part; each predicts its share of the work.
        dtype: Of the network.
        limit: Work of one batch, unless a single crystal has more.
    """

    def __init__(
        self, data: Dataset, ranks: Ranks, dtype: torch.dtype, limit: int = MAX_WORK
    ) -> None:
        self._data, self._ranks = data, ranks
        self._composition = data.composition()
        work = data.graphs.work
        mine = share_by_work(np.arange(len(data)), work, ranks.count)[ranks.index]
        graphs = data.graphs.select(mine)
        batches = list(batches_by_work(work[mine], limit))
        self._batches = [mine[rows] for rows in batches]
        self._arrays = [[graphs[row] for row in rows] for rows in batches]
        self._graphs = DeviceGraphs(graphs.packed(), ranks.device, dtype)
        self._sizes = [
            Sizes(*(graphs.rows[rows].sum(axis=0) + 1).tolist()) for rows in batches
        ]
        self._places = [torch.from_numpy(rows).to(ranks.device) for rows in batches]

    @torch.inference_mode()
    def errors(
        self, model: nn.Module, scalings: Sequence[Scaling]
    ) -> dict[str, PropertyError]:
        """Errors of a network by property, over the crystals of all ranks."""
        data = self._data
        found = [
            model(self._graphs.batch(place, sizes)).values[:-1]
            for place, sizes in zip(self._places, self._sizes, strict=True)
        ]
        predictions = np.zeros(data.values.shape)
        for crystals, arrays, outputs in zip(
            self._batches, self._arrays, found, strict=True
        ):
            values = decode(
                outputs.cpu().double().numpy(),
                scalings,
                self._composition[crystals],
                data.num_sites[crystals],
                data.formula_atoms[crystals],
            )
            values[zero_by_symmetry(scalings, arrays)] = 0.0
            predictions[crystals] = values
        predictions = self._ranks.sum(predictions)
        return {
            scaling.key: property_error(data.values[:, column], predictions[:, column])
            for column, scaling in enumerate(scalings)
        }

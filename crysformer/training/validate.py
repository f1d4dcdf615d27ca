"""Validation in the middle of training, by all ranks together."""

from collections.abc import Sequence

import numpy as np
from torch import nn

from crysformer.data.dataset import Dataset
from crysformer.model.inference import predict_graphs
from crysformer.properties.metrics import PropertyError, property_error
from crysformer.properties.scaling import Scaling
from crysformer.training.plan import share_by_work
from crysformer.training.processes import Ranks


def validate(
    model: nn.Module, scalings: Sequence[Scaling], data: Dataset, ranks: Ranks
) -> dict[str, PropertyError]:
    """Errors on a data set, every rank predicting its share of the work."""
    shares = share_by_work(np.arange(len(data)), data.graphs.work, ranks.count)
    mine = shares[ranks.index]
    predictions = np.zeros(data.values.shape)
    predictions[mine] = predict_graphs(
        model.eval(),
        scalings,
        [data.graphs[row] for row in mine],
        data.num_sites[mine],
        data.formula_atoms[mine],
        ranks.device,
    ).values
    predictions = ranks.sum(predictions)
    return {
        scaling.key: property_error(data.values[:, column], predictions[:, column])
        for column, scaling in enumerate(scalings)
    }

"""The graph that a network's speed is measured on is one that it could be given."""

import numpy as np
import torch

from crysformer.graph.batch import collate
from crysformer.model.config import get_preset
from crysformer.model.pace import made_up_graph, seconds_per_work
from tests.support.crystals import random_model


def test_every_bond_of_the_made_up_graph_meets_all_others_of_its_atom():
    graph = made_up_graph(5, 4)
    other, attending = graph.line_index
    centre = graph.edge_index[1]
    assert len(graph.lengths) == 20
    assert np.bincount(attending).tolist() == [3] * 20
    assert (centre[other] == centre[attending]).all()
    assert (other != attending).all()
    pairs = set(zip(other.tolist(), attending.tolist(), strict=True))
    assert len(pairs) == len(graph.cosines) == 60


def test_a_network_takes_it_and_its_time_is_a_positive_number():
    model = random_model(get_preset("shipped"))
    with torch.inference_mode():
        assert model(collate([made_up_graph(5, 4)])).values.isfinite().all()
    assert 0.0 < seconds_per_work(model, "cpu") < 1.0

"""A device without enough memory: smaller batches, then the CPU, and the same numbers."""

import numpy as np
import pytest
import torch
from torch import nn

from crysformer.graph.crystal import build_graph
from crysformer.model.config import get_preset
from crysformer.model.inference import predict_graphs
from crysformer.properties.scaling import Scaling
from crysformer.properties.table import PROPERTIES
from tests.support.crystals import TEXTBOOK, random_model

CONFIG = get_preset("shipped", blocks=1, atom_width=16, bond_width=16, angle_width=8)
NAMES = ("rock_salt", "wurtzite", "bcc")


class Tight(nn.Module):
    """A network on a device with room for so many bonds, for more once on the CPU."""

    def __init__(self, network, room):
        super().__init__()
        self.network, self.room, self.config = network, room, network.config
        self.seen = []

    def forward(self, batch):
        """Refuse what does not fit."""
        if len(batch.lengths) > self.room:
            raise torch.OutOfMemoryError("CUDA out of memory.")
        self.seen.append(batch.num_crystals)
        return self.network(batch)

    def cpu(self):
        """The CPU has room for everything."""
        self.room = np.inf
        return super().cpu()


@pytest.fixture
def graphs():
    return [build_graph(TEXTBOOK[name](), CONFIG.neighbour_rule) for name in NAMES]


@pytest.fixture
def network():
    return random_model(CONFIG, 1).eval()


def values(network, graphs):
    key = next(iter(PROPERTIES))
    scaling = Scaling(key, 0.0, 1.0, np.zeros(119), "")
    ones = np.ones(len(graphs), dtype=int)
    return predict_graphs(network, [scaling], graphs, ones, ones).values


def test_a_batch_that_is_too_large_is_halved(network, graphs):
    tight = Tight(network, max(len(graph.lengths) for graph in graphs))
    assert values(tight, graphs) == pytest.approx(values(network, graphs), abs=1e-12)
    assert sum(tight.seen) == len(graphs)
    assert max(tight.seen) < len(graphs)


def test_a_crystal_that_is_too_large_goes_to_the_cpu_and_leaves_the_network(
    network, graphs, caplog
):
    sizes = sorted(len(graph.lengths) for graph in graphs)
    tight = Tight(network, sizes[-1] - 1)
    assert values(tight, graphs) == pytest.approx(values(network, graphs), abs=1e-12)
    assert "predicted on the CPU" in caplog.text
    assert tight.room == sizes[-1] - 1

"""No tensor is left behind on the CPU when model and graphs are elsewhere.

The stand-in for a GPU is torch's meta device, which every machine has: it computes shapes
instead of numbers, and like a GPU it refuses to work with a tensor of the CPU.
"""

from dataclasses import replace

import pytest
import torch
from torch_geometric.data import Batch

from crysformer.faithfulness.knockout import with_factors
from crysformer.graph.batch import collate
from crysformer.graph.crystal import build_graph
from crysformer.graph.pyg import from_arrays, to_graph_batch
from crysformer.model.config import get_preset
from crysformer.training.muon import StackedMuon
from crysformer.training.optimiser import make_optimisers
from crysformer.training.padding import padded
from crysformer.training.recipe import Recipe, masked_loss
from tests.support.crystals import random_model, rock_salt, wurtzite

ELSEWHERE = torch.device("meta")
CONFIG = get_preset("shipped", blocks=2, atom_width=16, bond_width=16, angle_width=8)
OUTPUTS = 3


@pytest.fixture
def graphs():
    return [build_graph(make(), CONFIG.neighbour_rule) for make in (rock_salt, wurtzite)]


@pytest.fixture
def model():
    return random_model(CONFIG, OUTPUTS, dtype=torch.float32).to(ELSEWHERE)


def test_the_stand_in_refuses_tensors_of_the_cpu(model, graphs):
    with pytest.raises((RuntimeError, NotImplementedError)):
        model(collate(graphs))


def test_a_prediction_and_its_attention_stay_there(model, graphs):
    batch = collate(graphs).to(ELSEWHERE)
    output = model(batch)
    assert output.values.shape == (2, OUTPUTS)
    tensors = [output.values, output.representation, batch.composition()]
    for layer in (*output.atomistic, *output.line):
        tensors += [layer.cross, layer.conditional]
    assert {tensor.device for tensor in tensors} == {ELSEWHERE}


def test_a_knock_out_stays_there(model, graphs):
    batch = with_factors(graphs[1], [[0], [1, 2]], torch.float32).to(ELSEWHERE)
    assert model(batch).values.device == ELSEWHERE


def test_a_training_step_stays_there(model, graphs):
    model.requires_grad_(True)
    output = model(collate(padded(graphs)).to(ELSEWHERE)).values[: len(graphs)]
    targets, weights = torch.zeros_like(output), output.new_ones(OUTPUTS)
    loss = masked_loss(output, targets, weights, weights.sum(), "l1")
    loss.backward()
    assert {each.grad.device for each in model.parameters() if each.grad is not None} == {
        ELSEWHERE
    }
    muon = make_optimisers(model, replace(Recipe(CONFIG), optimiser="muon"))[1]
    assert isinstance(muon, StackedMuon)
    muon.step()
    assert {each.device for each in model.parameters()} == {ELSEWHERE}


def test_a_graph_of_torch_geometric_stays_there(model, graphs):
    single = from_arrays(graphs[0]).to(ELSEWHERE)
    assert model(to_graph_batch(single)).values.shape == (1, OUTPUTS)
    joined = Batch.from_data_list([from_arrays(graph) for graph in graphs])
    assert to_graph_batch(joined).num_crystals == 2

"""Training in other arithmetic: compiled layers and half precision."""

import copy
import shutil

import pytest
import torch

from crysformer.graph.batch import GraphBatch, collate
from crysformer.graph.crystal import build_graph
from crysformer.model.config import ModelConfig
from tests.support.crystals import TEXTBOOK, random_model

SMALL = ModelConfig(blocks=2, atom_width=16, bond_width=16, angle_width=8, num_heads=2)


def batches() -> list[GraphBatch]:
    """Two batches of different shapes."""
    rule = SMALL.neighbour_rule
    graphs = [build_graph(TEXTBOOK[name](), rule) for name in ("rock_salt", "wurtzite")]
    return [collate(graphs), collate(graphs[:1])]


def gradients(model, batch: GraphBatch, half: bool = False) -> torch.Tensor:
    """All gradients of the summed predictions as one vector."""
    model.zero_grad()
    with torch.autocast("cpu", torch.bfloat16, enabled=half):
        values = model(batch).values
    values.float().sum().backward()
    return torch.cat([p.grad.flatten() for p in model.parameters()])


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("g++"), reason="there is no C++ compiler")
@pytest.mark.filterwarnings("ignore:The .grad attribute")  # from inside torch's tracer
def test_compiled_layers_give_the_same_predictions_and_gradients():
    model = random_model(SMALL, dtype=torch.float32)
    fused = copy.deepcopy(model)
    fused.compile_layers()
    for batch in batches():
        torch.testing.assert_close(model(batch).values, fused(batch).values)
        torch.testing.assert_close(
            gradients(model, batch), gradients(fused, batch), rtol=1e-4, atol=1e-5
        )
    assert model.state_dict().keys() == fused.state_dict().keys()


def test_gradients_of_half_precision_point_the_same_way():
    model = random_model(SMALL, dtype=torch.float32)
    for batch in batches():
        exact, rounded = gradients(model, batch), gradients(model, batch, half=True)
        assert not torch.equal(exact, rounded)
        assert torch.cosine_similarity(exact, rounded, dim=0) > 0.99

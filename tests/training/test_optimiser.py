"""Every weight has one optimiser."""

from crysformer.model.network import Crysformer
from crysformer.training.optimiser import make_optimisers
from crysformer.training.recipe import Recipe
from tests.support.training import SMALL


def test_every_weight_has_one_optimiser():
    model = Crysformer(SMALL, 3)
    for name, count in (("adamw", 1), ("muon", 2)):
        optimisers = make_optimisers(model, Recipe(SMALL, optimiser=name))
        assert len(optimisers) == count
        moved = [
            id(parameter)
            for optimiser in optimisers
            for group in optimiser.param_groups
            for parameter in group["params"]
        ]
        assert sorted(moved) == sorted(map(id, model.parameters()))
    inside = optimisers[1].param_groups[0]["params"]
    assert all(parameter.ndim == 2 for parameter in inside)
    names = {id(parameter): name for name, parameter in model.named_parameters()}
    assert all("_layers." in names[id(parameter)] for parameter in inside)

"""Gradient times input against the slope that it stands for."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from crysformer.faithfulness.orbits import find_orbits
from crysformer.faithfulness.saliency import gradient_times_input
from crysformer.graph.batch import collate
from tests.support.attention import attend
from tests.support.crystals import graph_of, wurtzite
from tests.support.faithfulness import CONFIG


def test_gradient_times_input_is_the_slope_of_the_zeroed_knock_out(model):
    structure = wurtzite()
    graph = graph_of(structure, CONFIG.neighbour_rule)[2]
    orbits = find_orbits(attend(model, structure).bonds)
    found = gradient_times_input(model, graph, orbits)
    step = 1e-6
    batch = collate([graph], torch.float64)
    for orbit in range(len(orbits)):
        bond = np.where(orbits.of_row == orbit, 1.0 - step, 1.0)
        angle = bond[graph.line_index].min(axis=0)
        turned = replace(
            batch,
            bond_factor=torch.from_numpy(bond),
            angle_factor=torch.from_numpy(angle),
        )
        slope = (model(batch).values - model(turned).values)[0].detach().numpy() / step
        assert found[orbit] == pytest.approx(slope, rel=1e-3, abs=1e-6)

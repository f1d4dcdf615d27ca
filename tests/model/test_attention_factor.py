"""The factor on attention after the softmax: what knock-outs switch weights off with."""

from dataclasses import replace

import torch

from crysformer.graph.batch import collate
from crysformer.graph.crystal import build_graph
from crysformer.model.config import get_preset
from tests.support.crystals import random_model, wurtzite

CONFIG = get_preset("shipped", blocks=2, atom_width=16, bond_width=16, angle_width=8)


def batch_of_wurtzite():
    graph = build_graph(wurtzite(), CONFIG.neighbour_rule)
    return collate([graph], torch.float64)


def test_a_factor_of_one_changes_nothing():
    model, batch = random_model(CONFIG), batch_of_wurtzite()
    ones = replace(
        batch,
        bond_factor=torch.ones_like(batch.lengths),
        angle_factor=torch.ones_like(batch.cosines),
    )
    assert torch.equal(model(batch).values, model(ones).values)


def test_a_factor_takes_weight_away_and_leaves_the_others_alone():
    model, batch = random_model(CONFIG), batch_of_wurtzite()
    factor = torch.ones_like(batch.lengths)
    factor[1] = 0.0
    whole, cut = model(batch), model(replace(batch, bond_factor=factor))
    first, kept = cut.atomistic[0].cross, whole.atomistic[0].cross
    assert (first[1] == 0).all()
    others = torch.arange(len(factor)) != 1
    assert torch.equal(first[others], kept[others])
    assert not torch.allclose(whole.values, cut.values)


def test_angles_have_a_factor_of_their_own():
    model, batch = random_model(CONFIG), batch_of_wurtzite()
    factor = torch.ones_like(batch.cosines)
    factor[0] = 0.0
    whole, cut = model(batch), model(replace(batch, angle_factor=factor))
    assert (cut.line[0].conditional[0] == 0).all()
    assert torch.equal(cut.line[0].cross[1:], whole.line[0].cross[1:])
    assert not torch.allclose(whole.values, cut.values)

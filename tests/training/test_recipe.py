"""Recipes: the paper's own, and words that none of them knows."""

import pytest

from crysformer.errors import SettingsError
from crysformer.training.recipe import RECIPES, Recipe


def test_the_paper_s_recipe_is_the_paper_s():
    paper = RECIPES["paper"]
    assert (paper.loss, paper.weight_decay, paper.batch_size) == ("mse", 1e-4, 64)
    assert paper.model.angle_width == paper.model.bond_width == 128


@pytest.mark.parametrize("setting", [{"loss": "l3"}, {"precision": "float8"}])
def test_unknown_words_are_refused_by_name(setting):
    with pytest.raises(SettingsError, match=next(iter(setting.values()))):
        Recipe(**setting)


def test_the_next_run_is_made_for_a_gpu():
    recipe = RECIPES["next"]
    widths = (recipe.model.atom_width, recipe.model.bond_width, recipe.model.angle_width)
    assert widths == (192, 192, 64)
    assert (recipe.precision, recipe.compiled) == ("bfloat16", True)

"""What pages show of attention, on weights whose numbers are known."""

import numpy as np
import pytest

from crysformer.attention.bond_picture import Drawing, bond_picture, shared_scale
from crysformer.attention.filter import Filter
from crysformer.attention.reduce import Choice
from crysformer.picture.scene import build_scene
from tests.support.attention import CHAIN

WEIGHTS = Choice(block=0, measure="Weight")


def test_table_leaves_a_missing_reverse_blank(chain):
    table = bond_picture(chain, WEIGHTS).table
    assert table["Bond"].tolist() == [0, 2, 1, 3, 4]
    assert table["From"].tolist() == ["C1", "N1", "C1", "N1", "N1"]
    row = table.set_index("Bond").loc
    assert np.isnan(row[1, "Reverse"])
    assert np.isnan(row[1, "Asymmetry"])
    assert row[0, "Reverse"] == 0.5
    assert row[0, "Asymmetry"] == 0.25
    assert row[1, "Image"] == "-1 0 0"


def test_picture_draws_the_strongest_and_marks_one_way_bonds(chain):
    whole = bond_picture(chain, WEIGHTS)
    assert (
        build_scene(CHAIN, whole.bonds, **whole.scene_arguments()).counts["hollow"] == 1
    )
    strong = bond_picture(chain, WEIGHTS, Drawing(Filter(share=0.2)))
    assert strong.bonds.id.tolist() == [0]
    assert strong.bonds.note == ["weight 0.7500"]
    assert len(strong.table) == 5


def test_one_atom_shows_its_own_bonds(chain):
    picture = bond_picture(chain, WEIGHTS, site=1)
    assert picture.table["Bond"].tolist() == [2, 3, 4]
    assert picture.focus == 1


def test_thicker_is_stronger(chain):
    radius = bond_picture(chain, WEIGHTS).bonds.radius
    assert radius[0] > radius[2] > radius[1] == radius[3]


def test_thickness_is_a_factor(chain):
    thin = bond_picture(chain, WEIGHTS).bonds.radius
    thick = bond_picture(chain, WEIGHTS, Drawing(thickness=2.0)).bonds.radius
    assert thick == pytest.approx(2 * thin)


def test_one_scale_for_all_blocks_keeps_a_colour_for_a_number(chain):
    one = Drawing(one_scale=True)
    first = bond_picture(chain, WEIGHTS, one)
    other = bond_picture(chain, Choice(block=1, measure="Weight"), one)
    assert first.colour_bar == other.colour_bar
    assert first.bonds.colour[0] == other.bonds.colour[1]  # both are 0.75


def test_pictures_side_by_side_have_one_scale(chain):
    choices = (WEIGHTS, Choice("Conditional", block=0, measure="Weight"))
    scale = shared_scale(chain, choices, Drawing())
    one, two = (bond_picture(chain, each, scale=scale) for each in choices)
    assert one.colour_bar == two.colour_bar
    assert one.bonds.colour[2] == two.bonds.colour[0]  # both are 0.5
    assert scale.high == 0.75

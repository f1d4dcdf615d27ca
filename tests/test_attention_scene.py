"""What pages show of attention, on weights whose numbers are known."""

import numpy as np
import pytest
from pymatgen.core import Lattice, Structure

from crysformer.angle_scene import MAX_WEDGES, pair_picture
from crysformer.attention import BondAttention, PairAttention
from crysformer.attention_scene import (
    Choice,
    bond_picture,
    shown_values,
    strongest,
)
from crysformer.scene import build_scene

CHAIN = Structure(Lattice.orthorhombic(3, 9, 9), ["C", "N"], [[0, 0, 0], [0.5, 0, 0]])
WEIGHTS = Choice(block=0, measure="Weight")


@pytest.fixture
def chain():
    """C listens to N on both sides; N to C on its left only, and to its own images."""
    cross = np.array([0.75, 0.25, 0.5, 0.25, 0.25])[:, None, None] * np.ones((1, 2, 2))
    cross[:2, 1] = [[0.25, 0.25], [0.75, 0.75]]
    conditional = np.array([0.5, 0.5, 0.2, 0.4, 0.4])[:, None, None] * np.ones((1, 2, 2))
    return BondAttention(
        i=np.array([0, 0, 1, 1, 1]),
        j=np.array([1, 1, 0, 1, 1]),
        image=np.array([[0, 0, 0], [-1, 0, 0], [0, 0, 0], [1, 0, 0], [-1, 0, 0]]),
        length=np.array([1.5, 1.5, 1.5, 3.0, 3.0]),
        multiplicity=np.array([1, 1, 1, 2, 2]),
        orbit=np.array([0, 1, 2, 3, 3]),
        reverse=np.array([2, -1, 0, 4, 3]),
        degree=np.array([2, 2, 3, 3, 3]),
        cross=cross,
        conditional=conditional,
    )


def values(chain, **choice):
    return shown_values(
        chain.cross,
        chain.conditional,
        chain.degree,
        Choice(**{"measure": "Weight"} | choice),
    )


def test_block_head_mean_and_maximum(chain):
    assert values(chain, block=0)[:2].tolist() == [0.75, 0.25]
    assert values(chain, block=1, head=1)[:2].tolist() == [0.25, 0.75]
    assert values(chain)[:2].tolist() == [0.5, 0.5]
    assert values(chain, over="Maximum")[:2].tolist() == [0.75, 0.75]


def test_lift_is_one_for_uniform_attention(chain):
    assert values(chain, module="Conditional", measure="Lift")[:2].tolist() == [1, 1]
    assert values(chain, measure="Lift")[2] == pytest.approx(1.5)


def test_difference_is_cross_minus_conditional(chain):
    assert values(chain, module="Difference")[2] == pytest.approx(0.3)
    assert values(chain, module="Difference", measure="Lift")[2] == pytest.approx(0.9)


def test_table_leaves_a_missing_reverse_blank(chain):
    table = bond_picture(CHAIN, chain, WEIGHTS).table
    assert table["Bond"].tolist() == [0, 2, 1, 3, 4]
    assert table["From"].tolist() == ["C1", "N1", "C1", "N1", "N1"]
    row = table.set_index("Bond").loc
    assert np.isnan(row[1, "Reverse"])
    assert np.isnan(row[1, "Asymmetry"])
    assert row[0, "Reverse"] == 0.5
    assert row[0, "Asymmetry"] == 0.25
    assert row[1, "Image"] == "-1 0 0"


def test_picture_draws_the_strongest_and_marks_one_way_bonds(chain):
    whole = bond_picture(CHAIN, chain, WEIGHTS)
    assert (
        build_scene(CHAIN, whole.bonds, **whole.scene_arguments()).counts["hollow"] == 1
    )
    strong = bond_picture(CHAIN, chain, WEIGHTS, share=0.2)
    assert strong.bonds.id.tolist() == [0]
    assert strong.bonds.note == ["weight 0.7500"]
    assert len(strong.table) == 5


def test_one_atom_shows_its_own_bonds(chain):
    picture = bond_picture(CHAIN, chain, WEIGHTS, site=1)
    assert picture.table["Bond"].tolist() == [2, 3, 4]
    assert picture.focus == 1


def test_thicker_is_stronger(chain):
    radius = bond_picture(CHAIN, chain, WEIGHTS).bonds.radius
    assert radius[0] > radius[2] > radius[1] == radius[3]


def test_equal_values_stay_together():
    assert strongest(np.array([0.1, 0.3, 0.3, 0.3]), 0.25).tolist() == [0, 1, 1, 1]
    assert strongest(np.array([0.1, -0.3]), 0.5).tolist() == [False, True]


def test_a_bond_listens_to_the_others_of_its_atom(chain):
    pairs = PairAttention(
        bond=np.array([0, 1, 2, 2, 3, 3, 4, 4]),
        other=np.array([1, 0, 3, 4, 2, 4, 2, 3]),
        angle_deg=np.array([180, 180, 180, 0, 180, 180, 0, 180.0]),
        cross=np.array([1, 1, 0.7, 0.3, 0.5, 0.5, 0.5, 0.5])[:, None, None],
        conditional=np.full((8, 1, 1), 0.5),
    )
    picture = pair_picture(CHAIN, chain, pairs, Choice(measure="Weight"), 2)
    assert picture.table["Bond"].tolist() == [3, 4]
    assert picture.table["Angle"].tolist() == [180, 0]
    assert sorted(picture.bonds.id.tolist()) == [2, 3, 4]
    assert [wedge["id"] for wedge in picture.wedges] == [3, 4]
    assert len(picture.wedges) <= MAX_WEDGES
    assert picture.wedges[0]["text"] == "180.0° · weight 0.7000"
    assert picture.focus == 1

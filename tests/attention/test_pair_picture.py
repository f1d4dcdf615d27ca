"""A picture of how one bond attends to the others of its atom."""

import numpy as np

from crysformer.attention.pair_picture import MAX_WEDGES, pair_picture
from crysformer.attention.reduce import Choice
from crysformer.attention.weights import PairAttention
from crysformer.graph.bonds import BondPairs
from tests.support.attention import CHAIN, invented_graph


def test_a_bond_attends_to_the_others_of_its_atom(chain):
    pairs = BondPairs(
        bond=np.array([0, 1, 2, 2, 3, 3, 4, 4]),
        other=np.array([1, 0, 3, 4, 2, 4, 2, 3]),
        angle_deg=np.array([180, 180, 180, 0, 180, 180, 0, 180.0]),
        multiplicity=np.ones(8, dtype=int),
        orbit=np.arange(8),
    )
    attention = PairAttention(
        invented_graph(CHAIN, chain.bonds, pairs),
        cross=np.array([1, 1, 0.7, 0.3, 0.5, 0.5, 0.5, 0.5])[:, None, None],
        conditional=np.full((8, 1, 1), 0.5),
    )
    picture = pair_picture(attention, Choice(measure="Weight"), 2)
    assert picture.table["Bond"].tolist() == [3, 4]
    assert picture.table["Angle"].tolist() == [180, 0]
    assert sorted(picture.bonds.id.tolist()) == [2, 3, 4]
    assert [wedge["id"] for wedge in picture.wedges] == [3, 4]
    assert len(picture.wedges) <= MAX_WEDGES
    assert picture.wedges[0]["text"] == "180.0° · weight 0.7000"
    assert picture.focus == 1

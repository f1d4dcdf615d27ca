"""Attention as a table and as JSON."""

import json

from crysformer.attention.export import bond_frame, bond_json


def test_all_weights_are_in_the_table_and_the_document(chain):
    frame = bond_frame(chain)
    assert frame.loc[1, "cross_2_1"] == 0.75
    assert frame.loc[0, ["i", "j", "image_a", "reverse"]].tolist() == [0, 1, 0, 2]
    assert len([name for name in frame if name.startswith("conditional_")]) == 4
    document = json.loads(bond_json(chain, "CN", "some model"))
    assert document["bonds"][1]["cross"] == chain.cross[1].tolist()
    assert document["bonds"][1]["reverse"] == -1
    assert document["formula"] == "CN"

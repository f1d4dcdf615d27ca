"""What pages show of attention, on weights whose numbers are known."""

import json
from dataclasses import replace

import numpy as np
import pytest
from pymatgen.core import Lattice, Structure

from crysformer.attention.bond_picture import Drawing, bond_picture, shared_scale
from crysformer.attention.export import bond_frame, bond_json
from crysformer.attention.filter import Filter, strongest, strongest_of_each
from crysformer.attention.pair_picture import MAX_WEDGES, pair_picture
from crysformer.attention.reduce import Choice, bond_values, centre_weights, shown_values
from crysformer.attention.sites import paint_sites, site_numbers
from crysformer.attention.weights import BondAttention, PairAttention
from crysformer.figures.attention import head_map, length_plot
from crysformer.graph.bonds import BondPairs, CrystalBonds
from crysformer.picture.palette import Scale
from crysformer.picture.scene import build_scene
from tests.support.attention import invented_graph

CHAIN = Structure(Lattice.orthorhombic(3, 9, 9), ["C", "N"], [[0, 0, 0], [0.5, 0, 0]])
WEIGHTS = Choice(block=0, measure="Weight")


@pytest.fixture
def chain():
    """C attends to N on both sides; N to C on its left only, and to its own images."""
    cross = np.array([0.75, 0.25, 0.5, 0.25, 0.25])[:, None, None] * np.ones((1, 2, 2))
    cross[:2, 1] = [[0.25, 0.25], [0.75, 0.75]]
    conditional = np.array([0.5, 0.5, 0.2, 0.4, 0.4])[:, None, None] * np.ones((1, 2, 2))
    bonds = CrystalBonds(
        i=np.array([0, 0, 1, 1, 1]),
        j=np.array([1, 1, 0, 1, 1]),
        image=np.array([[0, 0, 0], [-1, 0, 0], [0, 0, 0], [1, 0, 0], [-1, 0, 0]]),
        length=np.array([1.5, 1.5, 1.5, 3.0, 3.0]),
        multiplicity=np.array([1, 1, 1, 2, 2]),
        orbit=np.array([0, 1, 2, 3, 3]),
        reverse=np.array([2, -1, 0, 4, 3]),
        degree=np.array([2, 2, 3, 3, 3]),
    )
    return BondAttention(invented_graph(CHAIN, bonds), cross, conditional)


def values(chain, **choice):
    return shown_values(
        chain.cross,
        chain.conditional,
        chain.bonds.degree,
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


def test_equal_values_stay_together():
    assert strongest(np.array([0.1, 0.3, 0.3, 0.3]), 0.25).tolist() == [0, 1, 1, 1]
    assert strongest(np.array([0.1, -0.3]), 0.5).tolist() == [False, True]


def test_the_strongest_of_each_atom_and_a_limit():
    sizes, centre = np.array([0.1, 0.3, 0.3, 0.6, 0.4]), np.array([0, 0, 0, 1, 1])
    assert strongest_of_each(sizes, centre, 1).tolist() == [0, 1, 1, 1, 0]
    assert strongest_of_each(sizes, centre, 9).all()
    kept = Filter(per_atom=1, at_least=0.5).keep(sizes, centre)
    assert kept.tolist() == [0, 0, 0, 1, 0]
    assert Filter(at_least=0.3).keep(-sizes, centre).tolist() == [0, 1, 1, 1, 1]


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


def test_roll_out_of_one_block_is_the_mean_over_heads(chain):
    flat = replace(chain, cross=chain.cross[:, :1], conditional=chain.conditional[:, :1])
    rolled = bond_values(flat, Choice(over="Roll-out", measure="Weight"))
    assert rolled == pytest.approx(values(chain, block=0))


def test_a_maximum_is_normalised_where_weights_are_needed(chain):
    weights = centre_weights(chain, Choice(over="Maximum"))
    assert weights[:2] == pytest.approx([0.5, 0.5])
    assert weights[2:].sum() == pytest.approx(1.0)


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


def test_atoms_painted_by_numbers_have_a_bar_instead_of_elements(chain):
    numbers = site_numbers(chain, WEIGHTS)
    assert numbers["Effective neighbours"][1] == pytest.approx(np.exp(1.5 * np.log(2)))
    painted = paint_sites(numbers["Entropy"], "Entropy (nats)", signed=False)
    payload = build_scene(CHAIN, painted=painted).payload
    assert payload["sites"]["colour"] == list(painted.colour)
    assert payload["sites"]["note"][1] == f"entropy (nats) {1.5 * np.log(2):.3g}"
    assert payload["legend"] == []
    assert payload["site_bar"]["title"] == "Entropy (nats)"
    plain = build_scene(CHAIN).payload
    assert plain["site_bar"] is None
    assert [entry["symbol"] for entry in plain["legend"]] == ["C", "N"]


def test_spread_of_the_difference_is_the_difference_of_spreads(chain):
    found = site_numbers(chain, Choice("Difference"))["Entropy"]
    one, two = (
        site_numbers(chain, Choice(name))["Entropy"] for name in ("Cross", "Conditional")
    )
    assert found == pytest.approx(one - two)
    painted = paint_sites(found, "Entropy (nats)", signed=True)
    assert painted.bar["ticks"][2]["text"] == "0"


def test_unknown_numbers_paint_nothing():
    assert paint_sites(np.array([np.nan, 1.0]), "x", signed=True) is None


def test_all_weights_are_in_the_table_and_the_document(chain):
    frame = bond_frame(chain)
    assert frame.loc[1, "cross_2_1"] == 0.75
    assert frame.loc[0, ["i", "j", "image_a", "reverse"]].tolist() == [0, 1, 0, 2]
    assert len([name for name in frame if name.startswith("conditional_")]) == 4
    document = json.loads(bond_json(chain, "CN", "some model"))
    assert document["bonds"][1]["cross"] == chain.cross[1].tolist()
    assert document["bonds"][1]["reverse"] == -1
    assert document["formula"] == "CN"


def test_the_map_marks_the_block_and_head_that_are_shown():
    numbers = np.arange(6.0).reshape(2, 3)
    scale = Scale("sequential", 0.0, 5.0)
    squares = head_map(numbers, "Cross", scale, (1, None)).data[0]
    assert list(squares.marker.line.width) == [0, 0, 0, 3, 3, 3]
    assert list(squares.customdata[4]) == ["Cross", 1, 1]
    assert squares.text[4] == "4.00"
    everything = head_map(numbers, "Cross", scale, (None, None)).data[0]
    assert set(everything.marker.line.width) == {0}


def test_the_length_plot_has_a_mark_for_each_head(chain):
    figure = length_plot(
        chain.bonds.length,
        chain.cross[:, 0],
        chain.bonds.orbit.tolist(),
        ["bond"] * 5,
        x_title="Å",
        y_title="Lift",
        even=1.0,
    )
    assert [trace.name for trace in figure.data] == ["Head 1", "Head 2"]
    assert len({trace.marker.symbol for trace in figure.data}) == 2
    assert figure.data[1].y.tolist() == chain.cross[:, 0, 1].tolist()
    assert [point[0] for point in figure.data[0].customdata] == chain.bonds.orbit.tolist()

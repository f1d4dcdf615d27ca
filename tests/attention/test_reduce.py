"""One number for each bond out of all blocks and heads, where it is known."""

from dataclasses import replace

import pytest

from crysformer.attention.reduce import (
    Choice,
    Measure,
    bond_values,
    bond_values_per_head,
    centre_weights,
    shown_values,
)


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


def test_every_head_has_weights_and_lifts_of_its_own(chain):
    """The first bond of the chain is one of two, the third one of three."""
    weight = bond_values_per_head(chain, Choice(block=1, measure=Measure.WEIGHT))
    assert weight[0].tolist() == [0.25, 0.25]
    weight = bond_values_per_head(chain, Choice(measure=Measure.WEIGHT))
    lift = bond_values_per_head(chain, Choice(measure=Measure.LIFT))
    assert lift[0] == pytest.approx(2 * weight[0])
    assert lift[2] == pytest.approx(3 * weight[2])


def test_difference_is_cross_minus_conditional(chain):
    assert values(chain, module="Difference")[2] == pytest.approx(0.3)
    assert values(chain, module="Difference", measure="Lift")[2] == pytest.approx(0.9)


def test_roll_out_of_one_block_is_the_mean_over_heads(chain):
    flat = replace(chain, cross=chain.cross[:, :1], conditional=chain.conditional[:, :1])
    rolled = bond_values(flat, Choice(over="Roll-out", measure="Weight"))
    assert rolled == pytest.approx(values(chain, block=0))


def test_a_maximum_is_normalised_where_weights_are_needed(chain):
    weights = centre_weights(chain, Choice(over="Maximum"))
    assert weights[:2] == pytest.approx([0.5, 0.5])
    assert weights[2:].sum() == pytest.approx(1.0)

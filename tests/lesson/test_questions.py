"""The lesson's questions, with known answers."""

import numpy as np
import pytest

from crysformer.lesson import questions
from tests.support.lesson import CONFIG, COPPER, QUARTZ, SALT, SILICON, first


def answers(crystal):
    graph, around = first(crystal)
    return [
        questions.cell_question(graph).answer,
        questions.neighbour_question(around).answer,
        questions.line_graph_question(around).answer,
        questions.gaussian_question(around, CONFIG).answer,
        questions.kind_question(around).answer,
    ]


def test_answers_for_silicon_and_salt_are_known():
    # 8 cells of 8 atoms; 4 + 12 and 6 + 12 neighbours; a bond has one partner fewer;
    # marks stand every 8/63 Å: 2.352 / 0.127 = 18.5 and 2.820 / 0.127 = 22.2 marks up.
    assert answers(SILICON) == [64, 16, 15, 20, 2]
    assert answers(SALT) == [64, 18, 17, 23, 2]


def test_attention_questions_follow_the_weights():
    _, around = first(SALT)
    nearest, far = np.full(18, 0.02), np.full(18, 0.08)
    nearest[:6], far[:6] = 0.76 / 6, 0.04 / 6
    asked = questions.cross_question(around, nearest)
    assert asked.answer == pytest.approx(24.0)
    assert asked.is_right(24.6)
    assert not asked.is_right(26.0)
    both = questions.conditional_question(around, nearest, far)
    assert (both.answer, both.options) == (questions.OTHER, ("The same", "Another one"))
    same = questions.conditional_question(around, nearest, nearest)
    assert same.answer == questions.SAME
    blocks = questions.block_question(around, np.stack([far, nearest, far], axis=1))
    assert blocks.answer == "Block 2"
    assert blocks.options == ("Block 1", "Block 2", "Block 3")
    assert blocks.is_right("Block 2")
    assert not blocks.is_right("Block 1")


def test_attention_questions_where_all_bonds_are_equal():
    _, around = first(COPPER)
    even = np.full(12, 1 / 12)
    assert questions.cross_question(around, even).answer == 100.0
    assert questions.conditional_question(around, even, even).answer == questions.SAME
    asked = questions.block_question(around, np.stack([even] * 4, axis=1))
    assert asked.answer == pytest.approx(8.3)
    assert asked.options == ()


def test_a_block_is_asked_for_only_where_it_stands_out():
    """Two blocks level for the nearest kind: the next kind, or the even share."""
    _, around = first(QUARTZ)
    attention = np.full((len(around), 2), 1 / len(around))
    second = list(around.kinds[1].members)
    attention[second, 1] += 0.01
    asked = questions.block_question(around, attention)
    assert asked.answer == "Block 2"
    assert f"a neighbour at {around.kinds[1].length:.2f} Å" in asked.prompt
    attention[second, 1] -= 0.0099
    even = questions.block_question(around, attention)
    assert even.options == ()
    assert even.answer == pytest.approx(100 / len(around), abs=0.05)

"""Shells, kinds and angles around an atom of textbook crystals."""

import numpy as np
import pytest

from crysformer.lesson.neighbourhood import neighbourhood_of
from tests.support.lesson import COPPER, IRON, QUARTZ, SALT, SILICON, first, graph_of


@pytest.mark.parametrize(
    ("crystal", "shells", "kinds", "torn"),
    [
        (SALT, [6, 12], [6, 12], (12, 6)),
        (SILICON, [4, 12], [4, 12], (12, 8)),
        (IRON, [8, 6], [8, 6], (6, 4)),
        (COPPER, [12], [12], None),
    ],
    ids=["NaCl", "Si", "Fe", "Cu"],
)
def test_shells_and_kinds_of_textbook_crystals(crystal, shells, kinds, torn):
    _, around = first(crystal)
    assert [len(shell) for shell in around.shells] == shells
    assert [len(kind) for kind in around.kinds] == kinds
    found = around.torn_shell
    assert (found and (len(found[0]), found[1])) == torn
    assert around.label[:2].strip("123456789") == crystal.formula[: len(around.label) - 1]


def test_a_shell_can_hold_several_kinds():
    graph = graph_of(QUARTZ)
    for site in graph.different_atoms:
        around = neighbourhood_of(graph, site)
        for groups, number in (
            (around.shells, around.shell_of),
            (around.kinds, around.kind_of),
        ):
            members = np.concatenate([group.members for group in groups])
            assert sorted(members) == list(range(len(around)))
            assert [group.members.tolist() for group in groups] == [
                np.flatnonzero(number == k).tolist() for k in range(len(groups))
            ]
        assert np.ptp([np.linalg.norm(v) for v in around.vector] - around.length) < 1e-3


def test_angles_of_silicon():
    _, around = first(SILICON)
    nearest = around.angles[:4, :4][~np.eye(4, dtype=bool)]
    assert nearest == pytest.approx(np.degrees(np.arccos(-1 / 3)))

"""One prepared crystal: its parts fit together, and it is built once."""

import pytest

from tests.support.lesson import SALT, graph_of


def test_different_atoms_are_one_of_each_and_near_the_middle():
    graph = graph_of(SALT)
    assert [graph.structure[site].specie.symbol for site in graph.different_atoms] in (
        ["Na", "Cl"],
        ["Cl", "Na"],
    )
    chlorine = next(s for s in graph.different_atoms if graph.labels[s].startswith("Cl"))
    assert graph.structure[chlorine].frac_coords == pytest.approx([0.5, 0.5, 0.5])
    assert [graph.equal_atoms(site) for site in graph.different_atoms] == [4, 4]

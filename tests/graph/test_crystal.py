"""One prepared crystal: its parts fit together, and each is worked out once."""

import numpy as np
import pytest
from pymatgen.core import Lattice, Structure

from crysformer.errors import StructureError
from crysformer.graph.crystal import CrystalGraph, build_graph
from crysformer.graph.rule import NeighbourRule
from tests.support.crystals import perovskite, rock_salt
from tests.support.lesson import SALT, graph_of

RULE = NeighbourRule()


def test_rock_salt_is_two_atoms_and_four_bonds():
    graph = CrystalGraph.of(rock_salt(), RULE)
    assert graph.structure == rock_salt()
    assert (graph.cell.num_atoms, graph.cell.number) == (2, 225)
    assert graph.arrays.atomic_numbers.tolist() in ([11, 17], [17, 11])
    # Each atom has 6 and 12 neighbours.
    assert sorted(np.exp(graph.arrays.log_bond_multiplicity).round()) == [6, 6, 12, 12]
    assert len(graph.bonds) == 8 * 18
    assert len(graph.pairs) == 8 * 18 * 17
    assert graph.labels == ("Na1", "Na2", "Na3", "Na4", "Cl1", "Cl2", "Cl3", "Cl4")


def test_the_full_graph_has_every_bond():
    arrays = build_graph(rock_salt(), RULE, full=True)
    assert len(arrays.lengths) == 2 * 18
    assert (arrays.log_bond_multiplicity == 0).all()


def test_what_is_derived_is_kept():
    graph = CrystalGraph.of(rock_salt(), RULE)
    for name in ("arrays", "bonds", "pairs", "labels"):
        assert getattr(graph, name) is getattr(graph, name)


def test_every_site_knows_its_representative():
    graph = CrystalGraph.of(perovskite() * [2, 1, 1], RULE)
    numbers = graph.arrays.atomic_numbers[graph.atom_of_site]
    assert numbers.tolist() == [site.specie.Z for site in graph.structure]
    assert [graph.equal_atoms(site) for site in (0, 2, 4)] == [2, 2, 6]


def test_different_atoms_are_one_of_each_and_near_the_middle():
    graph = graph_of(SALT)
    assert [graph.structure[site].specie.symbol for site in graph.different_atoms] in (
        ["Na", "Cl"],
        ["Cl", "Na"],
    )
    chlorine = next(s for s in graph.different_atoms if graph.labels[s].startswith("Cl"))
    assert graph.structure[chlorine].frac_coords == pytest.approx([0.5, 0.5, 0.5])
    assert [graph.equal_atoms(site) for site in graph.different_atoms] == [4, 4]


def test_a_cell_that_is_almost_all_vacuum_is_refused():
    lonely = Structure(Lattice.cubic(90), ["He"], [[0, 0, 0]])
    with pytest.raises(StructureError, match="too empty"):
        CrystalGraph.of(lonely, RULE)

"""Predictions without bonds, against the full graph edited by hand."""

import numpy as np
import pytest
import torch
from pymatgen.core import Lattice, Structure

from crysformer.faithfulness.knockout import Variant, knock_out, without_bonds
from crysformer.faithfulness.orbits import find_orbits
from crysformer.graph.arrays import GraphArrays
from crysformer.graph.batch import collate
from crysformer.model.segments import Edges
from tests.support.attention import attend, keys
from tests.support.crystals import TEXTBOOK, bcc, graph_of, perovskite, predict, wurtzite
from tests.support.faithfulness import CONFIG

NONE = np.empty(0, dtype=np.int64)


def primitive(structure):
    return structure.get_primitive_structure()


def edited(graph: GraphArrays, gone: set[int]) -> GraphArrays:
    """The graph written out anew, bond by bond and angle by angle, without some."""
    kept = [row for row in range(len(graph.lengths)) if row not in gone]
    number = {row: k for k, row in enumerate(kept)}
    angles = [
        k
        for k, (other, bond) in enumerate(graph.line_index.T.tolist())
        if other in number and bond in number
    ]
    pairs = [[number[r] for r in graph.line_index[:, k].tolist()] for k in angles]
    return GraphArrays(
        graph.atomic_numbers,
        graph.atom_multiplicity,
        graph.edge_index[:, kept],
        graph.lengths[kept],
        graph.log_bond_multiplicity[kept],
        np.array(pairs, dtype=np.int64).reshape(-1, 2).T,
        graph.cosines[angles],
        graph.log_angle_multiplicity[angles],
    )


@pytest.mark.parametrize("name", ["rock_salt", "diamond", "wurtzite", "hcp", "triclinic"])
def test_an_orbit_less_is_the_full_graph_edited_from_scratch(model, name):
    structure = primitive(TEXTBOOK[name]())
    bonds = attend(model, structure).bonds
    whole = attend(model, structure, full=True).bonds
    orbits = find_orbits(bonds)
    orbit_of = dict(zip(keys(bonds), orbits.of_bond.tolist(), strict=True))
    rule = CONFIG.neighbour_rule
    graph, full = (graph_of(structure, rule, full=f)[2] for f in (False, True))
    # The full graph has one row for each bond: its orbit numbers are those rows.
    full_orbit = np.empty(len(whole), dtype=np.int64)
    full_orbit[whole.orbit] = [orbit_of[key] for key in keys(whole)]
    assert len(orbits) > 1

    found = knock_out(model, graph, [orbits.rows(k) for k in range(len(orbits))])
    for orbit in range(len(orbits)):
        gone = set(np.flatnonzero(full_orbit == orbit).tolist())
        expected = predict(model, edited(full, gone))[0]
        assert found[orbit] == pytest.approx(expected, abs=1e-10)
        assert np.abs(found[orbit] - predict(model, graph)[0]).max() > 1e-6


@pytest.mark.parametrize("name", ["rock_salt", "wurtzite"])
def test_weights_set_to_zero_are_the_same_on_the_full_graph(model, name):
    structure = primitive(TEXTBOOK[name]())
    bonds = attend(model, structure).bonds
    whole = attend(model, structure, full=True).bonds
    orbits = find_orbits(bonds)
    orbit_of = dict(zip(keys(bonds), orbits.of_bond.tolist(), strict=True))
    rule = CONFIG.neighbour_rule
    graph, full = (graph_of(structure, rule, full=f)[2] for f in (False, True))
    full_orbit = np.empty(len(whole), dtype=np.int64)
    full_orbit[whole.orbit] = [orbit_of[key] for key in keys(whole)]
    rows = [orbits.rows(k) for k in range(len(orbits))]
    all_rows = [np.flatnonzero(full_orbit == k) for k in range(len(orbits))]
    found = knock_out(model, graph, rows, "zeroed")
    assert found == pytest.approx(knock_out(model, full, all_rows, "zeroed"), abs=1e-10)
    assert np.abs(found - knock_out(model, graph, rows, "masked")).max() > 1e-6


@pytest.mark.parametrize("variant", Variant)
def test_nothing_removed_is_the_prediction_itself(model, variant):
    graph = graph_of(wurtzite(), CONFIG.neighbour_rule)[2]
    found = knock_out(model, graph, [NONE, np.array([0]), NONE], variant)
    assert found[[0, 2]] == pytest.approx(np.repeat(predict(model, graph), 2, axis=0))
    assert np.abs(found[1] - found[0]).max() > 1e-6


def test_without_any_bond_only_the_composition_counts(model):
    graphs = [graph_of(make(), CONFIG.neighbour_rule)[2] for make in (bcc, perovskite)]
    wide = Structure(Lattice.cubic(3.4), ["Fe", "Fe"], [[0, 0, 0], [0.5, 0.5, 0.4]])
    stretched = graph_of(wide, CONFIG.neighbour_rule)[2]
    iron, oxide, other = (
        knock_out(model, graph, [np.arange(len(graph.lengths))])[0]
        for graph in (*graphs, stretched)
    )
    assert np.isfinite(iron).all()
    assert iron == pytest.approx(other)
    assert np.abs(iron - oxide).max() > 1e-6


def test_an_atom_without_bonds_hears_nothing(model):
    graph = graph_of(perovskite(), CONFIG.neighbour_rule)[2]
    rows = np.flatnonzero(graph.edge_index[1] == 0)
    cut = without_bonds(graph, rows)
    batch = collate([cut], torch.float64)
    layer = model.atom_layers[0]
    edge = model.bond_embedding(batch.lengths)
    atoms = model.atom_embedding(batch.atomic_numbers)
    edges = Edges(*batch.edge_index, batch.log_bond_multiplicity, len(atoms))
    updated, _ = layer.cross(atoms, edge, edges)
    alone = layer.cross.norm(atoms[0] + layer.cross.output.bias)
    assert torch.allclose(updated[0], alone)


def test_progress_ends_at_one(model):
    graph = graph_of(wurtzite(), CONFIG.neighbour_rule)[2]
    seen = []
    knock_out(model, graph, [np.array([k]) for k in range(4)], progress=seen.append)
    assert seen[-1] == 1.0

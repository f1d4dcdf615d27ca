"""Predictions without bonds, against the full graph edited by hand."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from pymatgen.core import Lattice, Structure

from crysformer.faithfulness.contributions import atom_contributions
from crysformer.faithfulness.curves import NUM_STEPS, trace_curves
from crysformer.faithfulness.knockout import Variant, knock_out, without_bonds
from crysformer.faithfulness.orbits import find_orbits
from crysformer.faithfulness.saliency import gradient_times_input
from crysformer.graph.arrays import GraphArrays
from crysformer.graph.batch import collate
from crysformer.model.config import get_preset
from crysformer.model.layers import Edges
from tests.support.attention import attend, keys, look_at
from tests.support.crystals import (
    TEXTBOOK,
    bcc,
    graph_of,
    perovskite,
    predict,
    random_model,
    wurtzite,
)

CONFIG = get_preset("shipped", blocks=2, atom_width=16, bond_width=16, angle_width=8)
NONE = np.empty(0, dtype=np.int64)


@pytest.fixture(scope="module")
def model():
    return random_model(CONFIG)


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


def test_gradient_times_input_is_the_slope_of_the_zeroed_knock_out(model):
    structure = wurtzite()
    graph = graph_of(structure, CONFIG.neighbour_rule)[2]
    orbits = find_orbits(attend(model, structure).bonds)
    found = gradient_times_input(model, graph, orbits)
    step = 1e-6
    batch = collate([graph], torch.float64)
    for orbit in range(len(orbits)):
        bond = np.where(orbits.of_row == orbit, 1.0 - step, 1.0)
        angle = bond[graph.line_index].min(axis=0)
        turned = replace(
            batch,
            bond_factor=torch.from_numpy(bond),
            angle_factor=torch.from_numpy(angle),
        )
        slope = (model(batch).values - model(turned).values)[0].detach().numpy() / step
        assert found[orbit] == pytest.approx(slope, rel=1e-3, abs=1e-6)


def test_contributions_of_atoms_do_not_depend_on_the_size_of_the_cell(model):
    structure = perovskite()
    found = atom_contributions(model, look_at(model, structure))
    assert found.shape == (3, 3)
    assert (np.abs(found) > 1e-6).all()
    doubled = look_at(model, structure.make_supercell([2, 1, 1], in_place=False))
    assert atom_contributions(model, doubled) == pytest.approx(found)


def test_leaving_a_kind_of_atom_out_is_the_mean_over_the_others(model):
    seen = look_at(model, perovskite())
    found = atom_contributions(model, seen)
    atoms = torch.from_numpy(seen.atom_features)
    weights = torch.tensor([1.0, 1.0, 3.0], dtype=torch.float64) / 5
    means = torch.stack([weights @ atoms, (atoms[1] + 3 * atoms[2]) / 4])
    whole, without = model.heads(means).detach().numpy()
    assert whole == pytest.approx(seen.outputs)
    assert found[0] == pytest.approx(whole - without)


def test_one_kind_of_atom_has_no_contribution_to_tell_apart(model):
    assert np.isnan(atom_contributions(model, look_at(model, bcc()))).all()


def test_curves_begin_and_end_where_they_must(model):
    structure = wurtzite()
    graph = graph_of(structure, CONFIG.neighbour_rule)[2]
    orbits = find_orbits(attend(model, structure).bonds)
    scores = {"up": np.arange(len(orbits)), "down": -np.arange(len(orbits))}
    curves = trace_curves(model, graph, orbits, scores)
    zero_one = np.repeat([[0.0], [1.0]], 3, axis=1)
    for curve in curves.values():
        assert len(curve.fraction) <= NUM_STEPS + 1
        assert curve.fraction[[0, -1]] == pytest.approx([0, 1])
        assert curve.inserted[[0, -1]] == pytest.approx([0, 1])
        assert (np.diff(curve.fraction) > 0).all()
        assert (np.diff(curve.inserted) > 0).all()
        assert curve.deletion[[0, -1]] == pytest.approx(zero_one, abs=1e-9)
        assert curve.insertion[[0, -1]] == pytest.approx(zero_one[::-1], abs=1e-9)
    # To insert from the top is to delete from the bottom, backwards.
    assert curves["up"].insertion == pytest.approx(curves["down"].deletion[::-1])


def test_the_order_of_a_curve_is_that_of_the_scores(model):
    structure = wurtzite()
    graph = graph_of(structure, CONFIG.neighbour_rule)[2]
    orbits = find_orbits(attend(model, structure).bonds)
    first = 2
    scores = (np.arange(len(orbits)) == first).astype(float)
    curve = trace_curves(model, graph, orbits, {"one": scores})["one"]
    values = knock_out(
        model, graph, [NONE, orbits.rows(first), np.arange(len(graph.lengths))]
    )
    expected = np.abs(values[1] - values[0]) / np.abs(values[2] - values[0])
    if len(orbits) <= NUM_STEPS:
        assert curve.deletion[1] == pytest.approx(expected)
    else:
        assert curve.fraction[1] >= orbits.share[first]

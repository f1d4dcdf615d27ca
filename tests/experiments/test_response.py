"""Strain, substitution, and what changes in the graph under them."""

import numpy as np
import pytest
from pymatgen.core import Lattice, Structure

from crysformer.errors import StructureError
from crysformer.experiments.response import MAX_ATOMS, neighbour_set, responses
from crysformer.graph.rule import NeighbourRule
from crysformer.graph.standard_cell import standardise
from crysformer.library.catalogue import load_library
from crysformer.predict.predictor import Predictor
from crysformer.structure.strain import deformation, strained
from crysformer.structure.substitution import substitute
from tests.support.random_model import random_checkpoint

TIGHT = NeighbourRule(tie_tolerance=0.01, envelope=False)


@pytest.fixture
def predictor():
    return Predictor(random_checkpoint())


@pytest.fixture
def tight():
    """A model whose neighbours come and go at once: no envelope fades them."""
    return Predictor(random_checkpoint(tie_tolerance=0.01, envelope=False))


def crystal(name):
    return load_library()[name].structure()


def test_body_centred_iron_loses_two_of_fourteen_neighbours_along_c():
    # 8 + 6 neighbours; under strain along c two of the six move away, and only four are
    # within the tolerance of the twelfth (docs/model.md, Graphs).
    iron = crystal("bcc-fe")
    cell = standardise(iron)
    counts = [
        len(neighbour_set(cell, deformation(iron, "Along c", strain), TIGHT))
        for strain in (0.0, 0.5)
    ]
    assert counts == [14, 12]


def test_no_strain_has_the_bonds_of_the_network(predictor):
    for name in ("bcc-fe", "rutile-tio2", "quartz-sio2"):
        structure = crystal(name)
        found = neighbour_set(standardise(structure), np.eye(3), TIGHT)
        rule = predictor.model.config.neighbour_rule
        shown = neighbour_set(standardise(structure), np.eye(3), rule)
        bonds = predictor.bond_attention(structure)
        atoms = standardise(structure).num_atoms
        assert len(shown) * len(structure) == len(bonds) * atoms
        assert found <= shown


def test_changes_are_marked_where_the_set_changes(tight):
    strains = (-1.0, -0.5, 0.0, 0.5, 1.0)
    [found] = responses(tight, [crystal("bcc-fe")], "Along c", strains)
    # Compressed, the two come nearer and all fourteen stay.
    assert found.changes == ((0.0, 0.5),)
    [same] = responses(tight, [crystal("bcc-fe")], "Isotropic", strains)
    assert same.changes == ()
    assert set(same.bonds) == {14}


def test_one_batch_gives_what_single_predictions_give(predictor):
    salt = crystal("rock-salt-nacl")
    other = substitute(salt, "Cl", "Br")
    batches = []
    predictor.model.register_forward_hook(
        lambda _, __, output: batches.append(len(output.values))
    )
    strains = (-2.0, 0.0, 3.0)
    found = responses(predictor, [salt, other], "Along b", strains)
    assert batches == [6]
    for response, structure in zip(found, (salt, other), strict=True):
        for strain, given in zip(strains, response.predictions, strict=True):
            alone = predictor.predict([strained(structure, "Along b", strain)])[0]
            assert given.values == pytest.approx(alone.values, rel=1e-5, abs=1e-5)
    assert found[0].at(2.9) is found[0].predictions[2]
    assert found[0].curve("optb88vdw_bandgap") == [
        each.values["optb88vdw_bandgap"] for each in found[0].predictions
    ]


def test_large_cells_are_refused_in_a_sentence(predictor):
    garnet = crystal("garnet-y3al5o12")
    with pytest.raises(StructureError, match=f"80 atoms .* at most {MAX_ATOMS}"):
        responses(predictor, [garnet], "Isotropic")


def test_a_cell_full_of_vacuum_is_refused_in_a_sentence(predictor):
    lonely = Structure(Lattice.cubic(80), ["He"], [[0, 0, 0]])
    with pytest.raises(StructureError, match="too empty"):
        responses(predictor, [lonely], "Isotropic", (0.0,))

"""Novelty: odd crystals score high, reasons name what is odd, duplicates are found."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from pymatgen.core import Lattice, Structure

from crysformer.graph.crystal import build_graph
from crysformer.graph.rule import NeighbourRule
from crysformer.model.checkpoint import load_checkpoint, save_checkpoint
from crysformer.training.novelty_fit import Known, fit_novelty
from crysformer.trust.contacts import contact_ratios, fit_radii, nearest_contacts
from crysformer.trust.fingerprints import Fingerprints, composition_hash
from crysformer.trust.novelty import Novelty, NoveltyModel
from tests.support.random_model import random_checkpoint

RULE = NeighbourRule(0.1, envelope=False)


METALS = {"Na": 4.0, "K": 4.6, "Li": 3.6}


ANIONS = {"Cl": 1.4, "F": 1.0, "Br": 1.6}


def salt(metal="Na", anion="Cl", scale=1.0, shift=0.0):
    """Caesium chloride structure, made less symmetric by a shift of the anion."""
    lattice = Lattice.cubic(scale * (METALS[metal] + ANIONS[anion]) / np.sqrt(3) * 1.15)
    return Structure(lattice, [metal, anion], [[0, 0, 0], [0.5, 0.5, 0.5 + shift]])


def known(structures, seed=0):
    """With representations that hold the logarithm of the volume and little noise."""
    random = np.random.default_rng(seed)
    volumes = np.array([item.volume / len(item) for item in structures])
    graphs = [build_graph(item, RULE) for item in structures]
    noise = 0.05 * random.normal(size=(len(structures), 6))
    return Known(graphs, volumes, noise + np.log(volumes)[:, None])


@pytest.fixture(scope="module")
def salts():
    random = np.random.default_rng(1)
    return [
        salt(metal, anion, random.normal(1.0, 0.02), random.normal(0.0, 0.01))
        for metal in METALS
        for anion in ANIONS
        for _ in range(12)
    ]


@pytest.fixture(scope="module")
def model(salts):
    return fit_novelty(known(salts[::2]), known(salts[1::2], seed=2))


def judge(model, structures):
    some = known(structures, seed=3)
    return model.novelty(some.graphs, some.representations, some.volumes)


def test_crystals_like_the_others_lie_anywhere_among_them(model, salts):
    percentiles = [item.percentile for item in judge(model, salts[1::2])]
    assert 30.0 < np.mean(percentiles) < 70.0
    assert min(percentiles) < 15.0


@pytest.mark.parametrize("scale", [0.9, 1.12])
def test_a_strained_crystal_is_odd_and_told_its_volume(model, scale):
    found = judge(model, [salt(scale=scale)])[0]
    assert found.percentile > 95.0
    volume = salt(scale=scale).volume / 2
    assert any(f"{volume:.1f} Å³ per atom" in reason for reason in found.reasons)


def test_more_strain_is_never_less_odd(model):
    strained = known([salt(scale=1.0 + 0.03 * step) for step in range(6)], seed=4)
    numbers = model.numbers(strained.graphs, strained.representations, strained.volumes)
    scores = model.score(numbers)
    assert (np.diff(scores[1:]) > 0.0).all()


def test_an_unseen_element_is_named(model):
    crystal = salt()
    crystal.replace(1, "Xe")
    found = judge(model, [crystal])[0]
    assert "No training crystal contains Xe." in found.reasons
    assert found.word == "unlike the training data"


def test_a_rare_element_is_counted(salts):
    rare = fit_novelty(known([*salts, salt("Na", "Br")]), known(salts))
    assert rare.counts[35] == 37
    few = fit_novelty(known(salts[:40]), known(salts[:40]))
    assert few.counts[19] == 4
    reasons = judge(few, [salt("K", "Cl")])[0].reasons
    assert "Only 4 training crystals contain K." in reasons


def test_a_short_bond_and_a_large_cell_are_named(model):
    short = judge(model, [salt(shift=0.25)])[0]
    assert any("shortest bond" in reason for reason in short.reasons)
    large = salt().make_supercell([2, 2, 2])
    large.translate_sites([0], [0.02, 0.013, 0.007])
    reasons = judge(model, [large])[0].reasons
    assert any("16 atoms in the primitive cell" in reason for reason in reasons)


def test_the_same_crystal_is_recognised_however_its_cell_is_written(model, salts):
    first = salts[0]
    supercell = first.copy().make_supercell([2, 1, 1])
    turned = Structure(
        Lattice.from_parameters(*first.lattice.parameters),
        first.species[::-1],
        first.frac_coords[::-1] + 0.3,
    )
    for crystal in (first, supercell, turned):
        assert judge(model, [crystal])[0].match == "same"
        assert judge(model, [crystal])[0].word == "a training crystal"


def test_a_slightly_larger_copy_is_nearly_the_same_and_others_are_not():
    graphs = [build_graph(salt(), RULE)]
    prints = Fingerprints.fit(graphs, np.array([salt().volume / 2]))
    for crystal, match in (
        (salt(scale=1.01), "near"),
        (salt(scale=1.05), ""),
        (salt("K"), ""),
        (salt(shift=0.1), ""),
    ):
        volume = crystal.volume / len(crystal)
        assert prints.match(build_graph(crystal, RULE), volume) == match


def test_hashes_are_of_the_reduced_composition():
    one, two = build_graph(salt(), RULE), build_graph(salt().make_supercell(2), RULE)
    assert composition_hash(one) == composition_hash(two)
    assert composition_hash(one) != composition_hash(build_graph(salt("K"), RULE))


def test_radii_add_up_to_the_shortest_bonds(salts):
    graphs = [build_graph(item, RULE) for item in salts]
    radii = fit_radii(graphs)
    for graph in graphs[::9]:
        one, other, length = nearest_contacts(graph)
        np.testing.assert_allclose(radii[one] + radii[other], length, rtol=0.1)
        assert contact_ratios(graph, radii)[0] == pytest.approx(0.0, abs=0.1)
        assert graph.composition().sum() == pytest.approx(1.0)


def test_what_is_stored_judges_alike(model, salts):
    again = NoveltyModel.of(model.arrays())
    assert judge(again, salts[:9]) == judge(model, salts[:9])


def test_a_checkpoint_keeps_every_array(model, tmp_path):
    saved = replace(random_checkpoint(), novelty=model)
    save_checkpoint(saved, tmp_path / "random", torch.float32)
    loaded = load_checkpoint("random", tmp_path).novelty
    for name, array in model.arrays().items():
        np.testing.assert_array_equal(loaded.arrays()[name], array, name)


@pytest.mark.parametrize("name", ["core", "step", "limits", "hashes", "radii", "matrix"])
def test_arrays_that_do_not_fit_are_refused(model, name):
    arrays = model.arrays()
    with pytest.raises(KeyError):
        NoveltyModel.of({key: arrays[key] for key in arrays if key != name})
    with pytest.raises(ValueError, match=r"of|not"):
        NoveltyModel.of(arrays | {name: arrays[name][..., :-1]})


def test_words_follow_from_percentile_and_reasons():
    def word(percentile, reasons=(), match="", unseen=False):
        return Novelty(percentile, tuple(reasons), match, unseen).word

    assert word(50.0) == "like the training data"
    assert word(95.0) == word(10.0, ["Odd."]) == "somewhat unlike the training data"
    assert word(99.5) == word(10.0, ["No."], unseen=True) == "unlike the training data"
    assert word(20.0, match="near") == "close to a training crystal"
    assert word(20.0, match="same") == "a training crystal"

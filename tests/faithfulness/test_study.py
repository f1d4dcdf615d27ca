"""Studies, verdicts and controls: they must find what is there, and nothing else."""

from dataclasses import replace

import numpy as np
import pytest

from crysformer.attention.forward_pass import ForwardPass
from crysformer.attention.statistics import sum_at_centres
from crysformer.faithfulness.controls import check_symmetry, shuffled
from crysformer.faithfulness.orbits import find_orbits
from crysformer.faithfulness.study import BONDS, LENGTH, shares, study
from crysformer.faithfulness.verdict import MIN_ORBITS, TOO_FEW, find_each, verdict
from crysformer.graph.crystal import CrystalGraph
from crysformer.library.catalogue import load_library
from crysformer.model.config import get_preset
from crysformer.predict.predictor import Predictor
from tests.support.attention import attend, look_at
from tests.support.crystals import TEXTBOOK, diamond, random_model, triclinic, wurtzite

CONFIG = get_preset("shipped", blocks=2, atom_width=16, bond_width=16, angle_width=8)
MEAN = {
    "Cross": lambda bonds: bonds.cross.mean(axis=(1, 2)),
    "Conditional": lambda bonds: bonds.conditional.mean(axis=(1, 2)),
}
GENERATOR = np.random.default_rng(3)


@pytest.fixture(scope="module")
def model():
    return random_model(CONFIG)


def find(study, module, output):
    return find_each(study, module)[output]


def prepared(structure):
    return CrystalGraph.of(structure, CONFIG.neighbour_rule)


def studied(model, structure, **options):
    return study(model, look_at(model, structure), MEAN, **options)


@pytest.fixture(scope="module")
def of_triclinic(model):
    return studied(model, triclinic())


def test_attention_on_orbits_sums_to_one(model):
    attended = attend(model, wurtzite())
    bonds = attended.bonds
    orbits = find_orbits(bonds)
    for take in MEAN.values():
        assert shares(take(attended), bonds, orbits).sum() == pytest.approx(1.0)
    even = shares(np.ones(len(bonds)), bonds, orbits)
    expected = orbits.total(1.0 / bonds.degree) / (bonds.i.max() + 1)
    assert even == pytest.approx(expected)


def test_the_study_is_the_same_for_a_supercell(model, of_triclinic):
    doubled = studied(model, triclinic() * [1, 2, 1], curves=False)
    for variant in ("masked", "zeroed"):
        assert doubled.change[variant] == pytest.approx(
            of_triclinic.change[variant], abs=1e-9
        )
    for module in MEAN:
        assert doubled.attention[module] == pytest.approx(of_triclinic.attention[module])


def test_an_effect_that_attention_shows_is_found(of_triclinic):
    effect = of_triclinic.effect(0)
    planted = replace(of_triclinic, attention={"Cross": effect / effect.sum()})
    finding = find(planted, "Cross", 0)
    assert finding.attention.rho == pytest.approx(1.0)
    assert finding.number == len(effect) >= MIN_ORBITS
    sentence = verdict(finding, "Cross", "band gap")
    assert sentence.startswith("Yes")
    assert f"ρ = 1.00, n = {len(effect)} independent bonds" in sentence


def test_unrelated_attention_is_a_plain_no(of_triclinic):
    values = np.random.default_rng(5).random(len(of_triclinic.orbits))
    planted = replace(of_triclinic, attention={"Cross": values})
    finding = find(planted, "Cross", 0)
    assert finding.attention.p > 0.05
    assert verdict(finding, "Cross", "band gap").startswith("No: cross attention does")


def test_attention_that_is_only_length_is_not_believed(of_triclinic):
    geometry = of_triclinic.geometry[LENGTH]
    effect = np.stack([geometry**2 + 1e-4 * geometry.mean()] * 3, axis=1)
    planted = replace(
        of_triclinic,
        attention={"Cross": geometry},
        change={"masked": effect, "zeroed": effect},
    )
    sentence = verdict(find(planted, "Cross", 0), "Cross", "band gap")
    assert sentence.startswith("Only in part")
    assert "1 / length does as well" in sentence


def test_attention_that_shuffled_weights_have_too_is_not_believed(of_triclinic):
    effect = of_triclinic.effect(0)
    planted = replace(
        of_triclinic,
        attention={"Cross": effect},
        shuffled={"Cross": np.stack([effect] * 3)},
    )
    sentence = verdict(find(planted, "Cross", 0), "Cross", "band gap")
    assert "attention with shuffled weights does as well" in sentence


def test_the_verdict_changes_when_the_weights_are_random():
    """Effects of the trained network; its attention, then that of a shuffled one."""
    predictor, library = Predictor(), load_library()
    words, gaps = {}, []
    for name in (
        "quartz-sio2",
        "garnet-y3al5o12",
        "ybco-yba2cu3o7",
        "rutile-tio2",
        "spinel-mgal2o4",
    ):
        structure = library[name].structure()
        seen = look_at(predictor.model, structure)
        trained = study(predictor.model, seen, MEAN, curves=False)
        other = ForwardPass.of(shuffled(predictor.model, 11), seen.graph).bond_attention
        mixed = shares(MEAN["Cross"](other), other.bonds, trained.orbits)
        random = replace(trained, attention={"Cross": mixed})
        pair = [find(each, "Cross", 0) for each in (trained, random)]
        words[name] = [verdict(found, "Cross", "energy") for found in pair]
        gaps.append(pair[0].attention.rho - pair[1].attention.rho)
    assert np.mean(gaps) > 0.1
    sure = {name for name, (words_of, _) in words.items() if words_of.startswith("Yes")}
    # Which crystals these are changes with the weights; that random ones never are, not.
    assert len(sure) >= 2
    assert not any(other.startswith("Yes") for _, other in words.values())


def test_one_lucky_network_with_shuffled_weights_is_enough_for_doubt(of_triclinic):
    effect = of_triclinic.effect(0)
    orders = np.random.default_rng(4).random((4, len(effect)))
    planted = replace(
        of_triclinic,
        attention={"Cross": effect},
        shuffled={"Cross": np.vstack([orders, effect])},
    )
    finding = find(planted, "Cross", 0)
    assert finding.shuffled < 0.5
    assert finding.best_shuffled == pytest.approx(1.0)
    assert not verdict(finding, "Cross", "band gap").startswith("Yes")


def test_few_independent_bonds_are_not_judged(model):
    of_diamond = studied(model, diamond())
    assert len(of_diamond.orbits) < MIN_ORBITS
    finding = find(of_diamond, "Cross", 0)
    assert verdict(finding, "Cross", "gap") == "too few independent bonds to judge"
    assert TOO_FEW == "too few independent bonds to judge"
    assert np.isfinite(of_diamond.effect(0)).all()


def test_equal_effects_are_said_to_be_equal(of_triclinic):
    same = replace(
        of_triclinic,
        change={"masked": np.ones_like(of_triclinic.change["masked"])},
    )
    assert "the same for all" in verdict(find(same, "Cross", 0), "Cross", "gap")


def test_progress_runs_to_the_end_and_never_back(model):
    seen = []
    studied(model, wurtzite(), report=lambda share, what: seen.append((share, what)))
    shares_done = [share for share, _ in seen]
    assert shares_done == sorted(shares_done)
    assert shares_done[-1] == pytest.approx(1.0)
    assert {what for _, what in seen} >= {"Removing bonds", "Computing curves"}


def test_a_shuffled_network_has_the_same_numbers_in_another_order(model):
    other = shuffled(model, 1)
    before = {name: value.clone() for name, value in model.named_parameters()}
    for name, value in other.named_parameters():
        assert value.flatten().sort().values.equal(before[name].flatten().sort().values)
    assert not other.atom_layers[0].cross.query.weight.equal(
        model.atom_layers[0].cross.query.weight
    )
    again = shuffled(model, 1)
    assert again.atom_embedding.weight.equal(other.atom_embedding.weight)


def test_attention_of_another_network_is_on_the_same_bonds(model):
    own = attend(model, wurtzite())
    other = ForwardPass.of(shuffled(model, 2), own.graph).bond_attention
    assert np.abs(other.cross - own.cross).max() > 1e-3
    assert sum_at_centres(other.cross, own.bonds.i) == pytest.approx(1.0)


@pytest.mark.parametrize("name", ["rock_salt", "wurtzite", "triclinic"])
def test_equal_bonds_stay_equal_in_a_doubled_cell_without_symmetry(model, name):
    found = check_symmetry(model, prepared(TEXTBOOK[name]()))
    assert found.equal_bonds < 1e-12
    assert found.weights < 1e-12
    assert found.values < 1e-10
    assert found.bonds > 24


def test_the_symmetry_check_can_fail(model, monkeypatch):
    from crysformer.faithfulness import controls

    whole = controls._doubled

    def torn(cell):
        doubled = whole(cell)
        coords = doubled.frac_coords.copy()
        coords[0] += [0.004, 0.0, 0.0]
        return replace(doubled, frac_coords=coords)

    monkeypatch.setattr(controls, "_doubled", torn)
    found = check_symmetry(model, prepared(wurtzite()))
    assert max(found.equal_bonds, found.weights) > 1e-6


def test_pretended_attention_knows_only_lengths(of_triclinic):
    for name in (BONDS, LENGTH):
        assert of_triclinic.geometry[name].sum() == pytest.approx(1.0)

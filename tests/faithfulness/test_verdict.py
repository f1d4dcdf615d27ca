"""Verdicts find what is there, and nothing else."""

from dataclasses import replace

import numpy as np
import pytest

from crysformer.attention.forward_pass import ForwardPass
from crysformer.faithfulness.controls import shuffled
from crysformer.faithfulness.study import LENGTH, shares, study
from crysformer.faithfulness.verdict import MIN_ORBITS, TOO_FEW, find_each, verdict
from crysformer.library.catalogue import load_library
from crysformer.predict.predictor import Predictor
from tests.support.attention import look_at
from tests.support.crystals import diamond
from tests.support.faithfulness import MEAN, studied


def find(study, module, output):
    return find_each(study, module)[output]


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
    # The joint network's attention is hardly ahead of shuffled ones (docs/attention.md).
    predictor, library = Predictor("jarvis-dft-3d"), load_library()
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

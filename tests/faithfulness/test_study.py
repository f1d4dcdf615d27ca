"""Studies, verdicts and controls: they must find what is there, and nothing else."""

import numpy as np
import pytest

from crysformer.faithfulness.orbits import find_orbits
from crysformer.faithfulness.study import BONDS, LENGTH, shares
from tests.support.attention import attend
from tests.support.crystals import triclinic, wurtzite
from tests.support.faithfulness import MEAN, studied


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


def test_progress_runs_to_the_end_and_never_back(model):
    seen = []
    studied(model, wurtzite(), report=lambda share, what: seen.append((share, what)))
    shares_done = [share for share, _ in seen]
    assert shares_done == sorted(shares_done)
    assert shares_done[-1] == pytest.approx(1.0)
    assert {what for _, what in seen} >= {"Removing bonds", "Computing curves"}


def test_pretended_attention_knows_only_lengths(of_triclinic):
    for name in (BONDS, LENGTH):
        assert of_triclinic.geometry[name].sum() == pytest.approx(1.0)

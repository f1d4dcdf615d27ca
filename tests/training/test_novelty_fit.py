"""How well oddness is told, and which crystals are kept to tell it by."""

import numpy as np

from crysformer.training.novelty_fit import auroc, core_rows


def test_area_under_the_curve_of_known_cases():
    assert auroc(np.arange(10.0), np.arange(10.0) + 100.0) == 1.0
    assert auroc(np.arange(10.0), np.arange(10.0)) == 0.5
    assert auroc(np.array([1.0, 3.0]), np.array([2.0])) == 0.5
    assert auroc(np.arange(10.0), np.array([-1.0])) == 0.0


def test_the_core_set_is_spread_over_all_rows():
    assert core_rows(5).tolist() == [0, 1, 2, 3, 4]
    rows = core_rows(44_567)
    assert len(rows) == 11_000
    assert (rows[0], rows[-1]) == (0, 44_566)

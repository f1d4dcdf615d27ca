"""The strongest bonds of all, of each atom, and above a limit."""

import numpy as np

from crysformer.attention.filter import Filter, strongest, strongest_of_each


def test_equal_values_stay_together():
    assert strongest(np.array([0.1, 0.3, 0.3, 0.3]), 0.25).tolist() == [0, 1, 1, 1]
    assert strongest(np.array([0.1, -0.3]), 0.5).tolist() == [False, True]


def test_the_strongest_of_each_atom_and_a_limit():
    sizes, centre = np.array([0.1, 0.3, 0.3, 0.6, 0.4]), np.array([0, 0, 0, 1, 1])
    assert strongest_of_each(sizes, centre, 1).tolist() == [0, 1, 1, 1, 0]
    assert strongest_of_each(sizes, centre, 9).all()
    kept = Filter(per_atom=1, at_least=0.5).keep(sizes, centre)
    assert kept.tolist() == [0, 0, 0, 1, 0]
    assert Filter(at_least=0.3).keep(-sizes, centre).tolist() == [0, 1, 1, 1, 1]

"""What attention weights say about an atom: how spread they are, and how one-sided.

All functions take the weights of single directed bonds, as ``attention.BondAttention``
holds them: first axis bonds, any axes after it, the weights of one centre summing to one.
"""

import numpy as np

from crysformer.arrays import FloatArray, IntArray


def sum_at_centres(values: FloatArray, centre: IntArray) -> FloatArray:
    """Sum over the bonds of each centre; (bonds, ...) -> (sites, ...)."""
    total = np.zeros((int(centre.max(initial=-1)) + 1, *values.shape[1:]))
    np.add.at(total, centre, values)
    return total


def normalised(values: FloatArray, centre: IntArray) -> FloatArray:
    """Values over their sum at each centre, so that they sum to one there.

    For numbers made from weights that no longer do, such as a maximum over heads.
    """
    return values / sum_at_centres(values, centre)[centre]


def entropy(weights: FloatArray, centre: IntArray) -> FloatArray:
    """Shannon entropy of each centre's weights, ``-sum w ln w`` in nats; (sites, ...).

    Zero where one bond has all the weight, ``ln(degree)`` where all have the same.
    """
    # A weight of zero adds nothing: w ln w goes to zero with w.
    safe = np.where(weights > 0, weights, 1.0)
    return sum_at_centres(-weights * np.log(safe), centre)


def effective_neighbours(weights: FloatArray, centre: IntArray) -> FloatArray:
    """How many equally weighted bonds have the same entropy, ``exp(entropy)``.

    Between 1 and the number of bonds of the centre (perplexity; Hill's number of order
    one, Ecology 54, 427 (1973)); (sites, ...).
    """
    return np.exp(entropy(weights, centre))


def lift(weights: FloatArray, degree: IntArray) -> FloatArray:
    """Weight over that of uniform attention, ``w x degree``: one is an even share.

    Args:
        weights: (bonds, ...).
        degree: Bonds of each bond's centre, (bonds,).
    """
    return weights * degree.reshape(-1, *[1] * (weights.ndim - 1))


def of_reverse(values: FloatArray, reverse: IntArray) -> FloatArray:
    """The number of the bond from j back to i, NaN where j does not attend to i.

    Args:
        values: (bonds, ...).
        reverse: Row of each bond's reverse, -1 where there is none, (bonds,).
    """
    found = np.asarray(values, dtype=float)[reverse]
    found[reverse < 0] = np.nan
    return found

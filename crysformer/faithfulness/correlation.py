"""Rank correlations with permutation p-values, plain and given other quantities."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from crysformer.arrays import FloatArray

NUM_PERMUTATIONS = 4999
# Numbers that differ by less than rounding count as equal, so that symmetry-equal bonds
# do not get an order from the last bit.
_DIGITS = 7
_NAN = float("nan")


@dataclass(frozen=True)
class Correlation:
    """How well one order follows another.

    Attributes:
        rho: Spearman's coefficient; NaN where one side is constant.
        tau: Kendall's tau-b; NaN likewise.
        p: Share of random orders with at least this rho, the observed one included.
    """

    rho: float
    tau: float
    p: float


def ranks(values: FloatArray) -> FloatArray:
    """Ranks of numbers, equal to seven digits of the largest counting as equal."""
    values = np.asarray(values, dtype=float)
    top = np.abs(values).max(initial=0.0)
    if not np.isfinite(top):
        return np.full(len(values), np.nan)
    return rankdata(np.round(values / (top or 1.0), _DIGITS))


def spearman(first: FloatArray, second: FloatArray) -> float:
    """Spearman's rho alone; NaN where one side is constant."""
    return float(_coefficients(ranks(first), ranks(second)[:, None])[0])


def spearman_each(rows: FloatArray, columns: FloatArray) -> FloatArray:
    """Spearman's rho of every row with every column; (rows, n), (n, columns)."""
    return np.clip(
        _unit(_ranked_columns(rows.T)).T @ _unit(_ranked_columns(columns)), -1, 1
    )


def kendall(first: FloatArray, second: FloatArray) -> float:
    """Kendall's tau-b alone; NaN where one side is constant."""
    return float(_taus(ranks(first)[:, None], ranks(second)[:, None])[0, 0])


def kendall_each(rows: FloatArray, columns: FloatArray) -> FloatArray:
    """Kendall's tau-b of every row with every column; (rows, n), (n, columns)."""
    return _taus(_ranked_columns(rows.T), _ranked_columns(columns))


def _taus(ones: FloatArray, others: FloatArray) -> FloatArray:
    """Tau-b of columns of ranks with each other, (columns, columns).

    All at once, as sums over pairs of signs: scipy's ``kendalltau`` spends most of its
    time on looking at its arguments, and one test of attention calls for a thousand.
    """
    found = np.zeros((ones.shape[1], others.shape[1]))
    own, other = np.zeros(ones.shape[1]), np.zeros(others.shape[1])
    for k in range(1, len(ones)):
        one, two = np.sign(ones[:-k] - ones[k:]), np.sign(others[:-k] - others[k:])
        found += one.T @ two
        own += (one * one).sum(axis=0)
        other += (two * two).sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.clip(found / np.sqrt(np.outer(own, other)), -1.0, 1.0)


def correlate_each(first: FloatArray, columns: FloatArray) -> list[Correlation]:
    """Correlate one row of numbers with each of several; (n,), (n, columns).

    The p-value is one-sided: it tests "the more of one, the more of the other".
    Permutations are drawn with a fixed seed, so equal numbers give equal p-values.
    """
    one, many = ranks(first), _ranked_columns(columns)
    rho, p = _permuted(one, many)
    tau = np.where(np.isfinite(rho), _taus(one[:, None], many)[0], np.nan)
    return [Correlation(*map(float, each)) for each in zip(rho, tau, p, strict=True)]


def correlate_each_given(
    first: FloatArray, columns: FloatArray, given: Sequence[FloatArray]
) -> list[Correlation]:
    """Partial Spearman correlations: what is left when others are accounted for.

    Ranks of both sides are fitted linearly by the ranks of the given quantities, and the
    residuals are correlated; the p-value permutes residuals (after Freedman and Lane, J.
    Bus. Econ. Stat. 1, 292 (1983), with both sides reduced). tau is not defined here.
    """
    both = np.column_stack([ranks(first), _ranked_columns(columns)])
    design = np.stack([np.ones(len(both)), *(ranks(each) for each in given)], axis=1)
    if len(both) <= design.shape[1] or not np.isfinite(both[:, 0]).all():
        return [Correlation(_NAN, _NAN, _NAN)] * (both.shape[1] - 1)
    known = np.isfinite(both).all(axis=0)
    rest = np.full(both.shape, np.nan)
    fit = np.linalg.lstsq(design, both[:, known], rcond=None)[0]
    rest[:, known] = both[:, known] - design @ fit
    # What the given quantities explain fully leaves rounding errors, not an order.
    rest[:, np.abs(rest).max(axis=0) < 1e-9 * len(rest)] = 0.0
    rho, p = _permuted(rest[:, 0], rest[:, 1:])
    return [Correlation(float(r), _NAN, float(q)) for r, q in zip(rho, p, strict=True)]


def chance_level(number: int, quantile: float = 0.95) -> float:
    """Spearman's rho that a random order of so many things stays below, mostly."""
    if number < 2:
        return _NAN
    order = np.arange(number, dtype=float)
    return float(np.quantile(_random_rhos(order, order[:, None]), quantile))


def _ranked_columns(columns: FloatArray) -> FloatArray:
    return np.stack([ranks(column) for column in np.asarray(columns).T], axis=1)


def _permuted(one: FloatArray, many: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Coefficients with each column and their p-values, NaN where undefined."""
    rho = _coefficients(one, many)
    p = np.full(len(rho), np.nan)
    known = np.isfinite(rho)
    if known.any():
        random = _random_rhos(one, many[:, known])
        reached = (random >= rho[known] - 1e-12).sum(axis=0)
        p[known] = (reached + 1) / (NUM_PERMUTATIONS + 1)
    return rho, p


def _coefficients(one: FloatArray, many: FloatArray) -> FloatArray:
    one, many = _unit(one[:, None])[:, 0], _unit(many)
    return np.clip(one @ many, -1.0, 1.0)


def _random_rhos(one: FloatArray, many: FloatArray) -> FloatArray:
    return _unit(one[:, None])[:, 0][_orders(len(one))] @ _unit(many)


def _unit(columns: FloatArray) -> FloatArray:
    """Columns without their mean, of length one; NaN where they are constant."""
    centred = columns - columns.mean(axis=0)
    size = np.linalg.norm(centred, axis=0)
    return centred / np.where(np.ptp(columns, axis=0) > 0, size, np.nan)


@lru_cache(maxsize=4)
def _orders(number: int) -> NDArray[np.int64]:
    """Random orders of so many things, the same ones each time."""
    generator = np.random.default_rng(0)
    orders = np.tile(np.arange(number), (NUM_PERMUTATIONS, 1))
    return generator.permuted(orders, axis=1)

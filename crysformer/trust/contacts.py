"""Shortest contacts and volumes of crystals beside what their elements usually have.

Everything comes from quotient graphs and volumes; representatives count as often as the
atoms they stand for.
"""

from collections.abc import Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray
from pymatgen.core import Element

from crysformer.graph.arrays import GraphArrays
from crysformer.properties.elements import NUM_ELEMENTS
from crysformer.silence import quiet

_ROUNDS = 5
_RIDGE = 1e-3
_USUAL_RADIUS = 0.7  # Å, of an element that no crystal knows.
_FINE = 0.05  # Å; contacts that fit better than this weigh no more.


def nearest_contacts(graph: GraphArrays) -> tuple[NDArray, NDArray, NDArray]:
    """Elements at both ends of each representative's shortest bond, and its length, Å."""
    neighbour, centre = graph.edge_index
    order = np.lexsort((graph.lengths, centre))
    first = order[np.r_[True, np.diff(centre[order]) > 0]]
    numbers = graph.atomic_numbers
    return numbers[centre[first]], numbers[neighbour[first]], graph.lengths[first]


def fit_radii(graphs: Sequence[GraphArrays]) -> NDArray[np.float64]:
    """Radius of each element, Å, whose sums are the usual shortest contacts, (119,).

    Least absolute deviations by reweighting: a few odd crystals do not move a radius.
    """
    ends = [nearest_contacts(graph) for graph in graphs]
    one, other, length = (np.concatenate(parts) for parts in zip(*ends, strict=True))
    weight = np.ones(len(length))
    radii = np.full(NUM_ELEMENTS, _USUAL_RADIUS)
    for _ in range(_ROUNDS):
        gram = _RIDGE * np.eye(NUM_ELEMENTS)
        right = np.full(NUM_ELEMENTS, _RIDGE * _USUAL_RADIUS)
        for row, column in ((one, one), (other, other), (one, other), (other, one)):
            np.add.at(gram, (row, column), weight)
        for row in (one, other):
            np.add.at(right, row, weight * length)
        radii = np.linalg.solve(gram, right)
        rest = np.abs(length - radii[one] - radii[other])
        weight = 1.0 / np.maximum(rest, _FINE)
    return np.maximum(radii, 0.2)


def contact_ratios(graph: GraphArrays, radii: NDArray) -> tuple[float, float]:
    """Logarithms of shortest over usual contact: the smallest, and the mean of atoms."""
    neighbour, centre = graph.edge_index
    numbers = graph.atomic_numbers
    usual = radii[numbers[centre]] + radii[numbers[neighbour]]
    ratio = np.log(graph.lengths / usual)
    least = np.full(len(numbers), np.inf)
    np.minimum.at(least, centre, ratio)
    return float(ratio.min()), float(np.average(least, weights=graph.atom_multiplicity))


def volume_features(compositions: NDArray) -> NDArray[np.float64]:
    """What the usual volume of a composition is linear in, (rows, features).

    Fractions of the elements, their roots, and products of mean and spread of
    electronegativity, radius, row and group.
    """
    table = _element_table()
    mean = compositions @ table
    spread = np.sqrt(np.maximum(compositions @ table**2 - mean**2, 0.0))
    moments = np.concatenate([mean, spread], axis=1)
    first, second = np.triu_indices(moments.shape[1])
    ones = np.ones((len(compositions), 1))
    products = moments[:, first] * moments[:, second]
    return np.concatenate(
        [compositions, np.sqrt(compositions), ones, moments, products], axis=1
    )


def fit_volumes(compositions: NDArray, log_volumes: NDArray) -> NDArray[np.float64]:
    """Coefficients of the usual log volume per atom, by least absolute deviations."""
    features = volume_features(compositions)
    weight = np.ones(len(features))
    for _ in range(_ROUNDS):
        weighted = features * weight[:, None]
        gram = weighted.T @ features + 0.1 * np.eye(features.shape[1])
        coefficients = np.linalg.solve(gram, weighted.T @ log_volumes)
        rest = np.abs(log_volumes - features @ coefficients)
        weight = 1.0 / np.maximum(rest, max(np.median(rest), 1e-6) / 2.0)
    return coefficients


@cache
def _element_table() -> NDArray[np.float64]:
    """Electronegativity, radius, row and group of each element, of order one."""
    table = np.zeros((NUM_ELEMENTS, 4))
    with quiet():  # pymatgen warns of every element without a number.
        for number in range(1, NUM_ELEMENTS):
            element = Element.from_Z(number)
            table[number] = (
                np.nan_to_num(element.X) / 2.0,
                float(element.atomic_radius or 0.0) / 1.5,
                element.row / 4.0,
                element.group / 10.0,
            )
    return table

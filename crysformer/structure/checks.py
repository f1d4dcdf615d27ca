"""Judge the atoms of a crystal: one element on each site, and no two on one place."""

import re
from collections.abc import Sequence
from itertools import product

import numpy as np
from numpy.typing import NDArray
from pymatgen.core import Element, Lattice

from crysformer.errors import DisorderedError, StructureError
from crysformer.structure.formats.raw import OCCUPANCY_TOLERANCE, OVERFULL_TOLERANCE

MIN_DISTANCE = 0.5

_MAX_ATOMIC_NUMBER = 103


def occupancies(species: Sequence[tuple[str | int, float]]) -> dict[str, float]:
    """Return how much of which element is on a site; ions of one element are added.

    Args:
        species: Symbols or atomic numbers, with occupancies.

    Raises:
        StructureError: A symbol or number is that of no element.
    """
    found: dict[str, float] = {}
    for label, occupancy in species:
        symbol = _symbol(label)
        found[symbol] = found.get(symbol, 0.0) + float(occupancy)
    return found


def ordered_symbol(
    species: Sequence[tuple[str | int, float]], frac_coord: NDArray[np.float64]
) -> str:
    """Return the one element on a site; several ions of it are still one element.

    Args:
        species: Symbols or atomic numbers, with occupancies.
        frac_coord: Where the site is, for the error.

    Raises:
        DisorderedError: The site holds less than one atom, or parts of several.
        StructureError: It holds more than one atom, or something that is no element.
    """
    shares = occupancies(species)
    symbol, total = next(iter(shares), "nothing"), sum(shares.values())
    # Refined occupancies of a full site may come out somewhat above 1, never far below.
    if len(shares) == 1 and -OCCUPANCY_TOLERANCE <= total - 1 <= OVERFULL_TOLERANCE:
        return symbol
    listed = " and ".join(f"{key} {value:.3g}" for key, value in shares.items())
    on_site = f"with {listed or symbol} on the site at {at(frac_coord)}"
    if not 0 <= total <= 1 + OVERFULL_TOLERANCE:  # also true of NaN
        raise StructureError(
            f"has impossible occupancies, {on_site}; give at most one atom on each site"
        )
    raise DisorderedError(
        f"is disordered, {on_site}; give an ordered cell with one whole atom on each site"
    )


def _symbol(label: str | int) -> str:
    """Return the element symbol of a label such as Na, Na+, D or 11."""
    if isinstance(label, int) and 1 <= label <= _MAX_ATOMIC_NUMBER:
        return Element.from_Z(label).symbol
    match = re.fullmatch(r"([A-Z][a-z]?)([\d.]*[+-])?", str(label))
    if match and Element.is_valid_symbol(match[1]):
        element = Element(match[1])
        if element.Z <= _MAX_ATOMIC_NUMBER:
            return element.symbol
    raise StructureError(
        f"has a site with {str(label)[:20]!r}, not an element up to "
        f"{Element.from_Z(_MAX_ATOMIC_NUMBER).symbol} (Z = {_MAX_ATOMIC_NUMBER}); "
        "replace it or take it out"
    )


def check_distances(
    lattice: NDArray[np.float64], symbols: list[str], frac_coords: NDArray[np.float64]
) -> None:
    """Refuse atoms, or an atom and an image, that are closer than `MIN_DISTANCE`.

    Args:
        lattice: Rows are the cell vectors, in Å.
        symbols: The element on each site, for the error.
        frac_coords: One row for each site, in or outside the cell.

    Raises:
        StructureError: Two sites, or a site and an image, are closer than that.
    """
    reduced = Lattice(lattice).get_lll_reduced_lattice().matrix
    shortest = np.linalg.norm(reduced, axis=1).min()
    # A reduced cell without shorter vectors is not much thinner than them, so that only
    # a few images are within reach.
    if shortest < MIN_DISTANCE:
        raise StructureError(
            f"repeats every atom after {shortest:.3g} Å, and atoms closer than "
            f"{MIN_DISTANCE} Å overlap; check the cell vectors and their unit (Å)"
        )
    wrapped = (frac_coords @ lattice @ np.linalg.inv(reduced)) % 1.0
    reach = MIN_DISTANCE * np.linalg.norm(np.linalg.inv(reduced), axis=0)
    shifts = product(*(range(-n, n + 1) for n in np.ceil(reach).astype(int)))
    images = wrapped + np.array([shift for shift in shifts if any(shift)])[:, None]
    near = ((images >= -reach) & (images <= 1 + reach)).all(axis=2)
    owners = np.concatenate([np.arange(len(wrapped)), np.nonzero(near)[1]])
    points = np.concatenate([wrapped, images[near]]) @ reduced
    # The first picture of the app, of a crystal read before, does not wait for it.
    from scipy.spatial import cKDTree

    # Of the two points nearest to a site, one is the site itself.
    distances, nearest = cKDTree(points).query(points[: len(wrapped)], k=2)
    first = int(distances[:, 1].argmin())
    if distances[first, 1] >= MIN_DISTANCE:
        return
    second = int(owners[nearest[first][nearest[first] != first][0]])
    partner = (
        "its own periodic image"
        if second == first
        else f"site {second + 1} ({symbols[second]} at {at(frac_coords[second])})"
    )
    raise StructureError(
        f"has overlapping atoms: site {first + 1} ({symbols[first]} at "
        f"{at(frac_coords[first])}) lies {distances[first, 1]:.3f} Å from {partner}, "
        f"closer than {MIN_DISTANCE} Å; remove one of them or correct the coordinates"
    )


def at(frac_coord: NDArray[np.float64]) -> str:
    """Write a position for a sentence."""
    return "({:.3f}, {:.3f}, {:.3f})".format(*frac_coord)

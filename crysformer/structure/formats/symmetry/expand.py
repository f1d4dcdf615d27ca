"""From independent sites to all atoms of the cell, each on its position once."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from crysformer.arrays import FloatArray, IntArray
from crysformer.errors import StructureError
from crysformer.structure.checks import MIN_DISTANCE, at
from crysformer.structure.formats.raw import MAX_SITES, OVERFULL_TOLERANCE, Species
from crysformer.structure.formats.symmetry.operations import MAX_ORDER, Operations

# A coordinate that was rounded or cut off lies at most this many units of its last digit
# from the special position that was meant; what programs write with many digits, 1e-4.
_UNITS = 0.75
_NOISE = 1e-4
_COINCIDE = 0.01  # Å
_DIGITS = 1e5


@dataclass(frozen=True)
class Sites:
    """Sites as a file lists them, before symmetry.

    Attributes:
        labels: What the file calls them.
        species: For each site, what is on it.
        coords: ``(n, 3)`` fractional coordinates.
        units: ``(n, 3)`` units of the last digits; 0 where a value is exact.
        stated: Multiplicity of each site according to the file, 0 where it says none.
    """

    labels: Sequence[str]
    species: Sequence[Species]
    coords: FloatArray
    units: FloatArray
    stated: Sequence[int] = ()


@dataclass(frozen=True)
class Expanded:
    """All atoms of a cell.

    Attributes:
        species: For each atom, what is on its position.
        coords: ``(N, 3)`` fractional coordinates from 0 to below 1.
        multiplicities: Atoms that each listed site stands for.
        repeated: Labels of sites that were listed again and left out.
    """

    species: Sequence[Species]
    coords: FloatArray
    multiplicities: Sequence[int]
    repeated: Sequence[str]


def check_images(sites: int, operations: int) -> None:
    """Refuse what takes long to expand and cannot be a crystal of `MAX_SITES` atoms.

    Where a site may move along a line, at most 12 operations (6mm) lead to one and the
    same atom; the rest leaves room for the few sites that symmetry fixes on a point.

    Raises:
        StructureError: Sites times operations exceed ``MAX_ORDER``.
    """
    if sites * operations > MAX_ORDER:
        raise StructureError(
            f"lists {sites} sites under {operations} symmetry operations, more than any "
            f"crystal of {MAX_SITES} atoms needs; list each independent site once, in "
            "its primitive cell or a smaller one"
        )


def expand(sites: Sites, operations: Operations, lattice: FloatArray) -> Expanded:
    """Apply a group to independent sites.

    Args:
        sites: As listed.
        operations: A whole group.
        lattice: Rows are the cell vectors, in Å.

    Raises:
        StructureError: There would be too many atoms, or several share a position in a
            way that is no disorder.
    """
    check_images(len(sites.coords), len(operations))
    orbits = [
        _orbit(coord, unit, operations, lattice)
        for coord, unit in zip(sites.coords, sites.units, strict=True)
    ]
    total = sum(map(len, orbits))
    if total > 2 * MAX_SITES:
        raise StructureError(
            f"expands to {total} atoms, more than the limit of {MAX_SITES}; "
            "give its primitive cell or a smaller one"
        )
    homes, repeated = _homes(sites, orbits, lattice)
    species: dict[int, list[tuple[str | int, float]]] = {}
    for site, home in enumerate(homes):
        parts = species.setdefault(home, [])
        if site not in repeated:
            parts += sites.species[site]
    return Expanded(
        [parts for site, parts in species.items() for _ in orbits[site]],
        np.concatenate([orbits[site] for site in species]),
        [len(orbit) for orbit in orbits],
        [sites.labels[site] for site in repeated],
    )


def _orbit(
    coord: FloatArray, unit: FloatArray, operations: Operations, lattice: FloatArray
) -> FloatArray:
    """Return the positions of one site, that of the file first.

    Operations that move the site by no more than its digits leave open are taken to
    leave it in place: it is put where they all do.
    """
    if len(operations) == 1:
        return _wrapped(coord[None])
    coord = _special(coord, unit, operations, lattice)
    images = _wrapped(operations.rotations @ coord + operations.shifts)
    # Bins whose edges no fraction of a few digits meets.
    bins = np.floor((images + 0.372e-6) * _DIGITS).astype(np.int64) % int(_DIGITS)
    _, first = np.unique(bins, axis=0, return_index=True)
    return images[np.sort(first)]


def _special(
    coord: FloatArray, unit: FloatArray, operations: Operations, lattice: FloatArray
) -> FloatArray:
    """Return the special position that a coordinate is the rounded form of, or itself."""
    reach = np.maximum(_UNITS * unit, _NOISE) + 1e-9
    place = coord
    for _ in range(3):  # Moved onto one element of symmetry, it may lie on more.
        images = operations.rotations @ place + operations.shifts
        images -= np.round(images - place)
        near = np.linalg.norm((images - place) @ lattice, axis=1) < MIN_DISTANCE
        # Each operation on its own: the point half-way lies on its axis or plane.
        halfway = np.abs((images + place) / 2 - coord)
        fixed = near & (halfway <= reach).all(axis=1)
        middle = images[fixed].mean(axis=0)
        if (np.abs(middle - coord) > reach).any():
            return place
        if np.allclose(middle, place, atol=1e-12):
            return place
        place = middle
    return place


def _wrapped(coords: FloatArray) -> FloatArray:
    coords = coords - np.floor(coords)
    return np.where(coords > 1 - 1e-9, 0.0, coords)


def _homes(
    sites: Sites, orbits: Sequence[FloatArray], lattice: FloatArray
) -> tuple[list[int], list[int]]:
    """Find sites on one position.

    Returns:
        For each site the first one whose positions it shares, and the sites that only
        repeat another.
    """
    places = np.concatenate(orbits)
    owners = np.repeat(np.arange(len(orbits)), [len(orbit) for orbit in orbits])
    homes, repeated = list(range(len(orbits))), []
    content = [list(species) for species in sites.species]
    pairs = _coinciding(np.array([orbit[0] for orbit in orbits]), places, owners, lattice)
    for site, other in pairs:
        home = homes[other]
        if homes[site] != site or home == site:
            continue
        if len(orbits[site]) != len(orbits[home]):
            continue  # Then they overlap, which is told of the whole crystal.
        homes[site] = home
        if _whole(content[site]) and _element(content[site]) == _element(content[home]):
            repeated.append(site)
            continue
        content[home] += content[site]
        total = sum(part for _, part in content[home])
        if total > 1 + OVERFULL_TOLERANCE:
            raise StructureError(
                f"has overlapping atoms: {sites.labels[home][:20]!r} and "
                f"{sites.labels[site][:20]!r} on one position at {at(orbits[home][0])}, "
                f"with occupancies that add up to {total:.4g}; list each position once, "
                "with at most one whole atom on it"
            )
    return homes, repeated


def _coinciding(
    starts: FloatArray, places: FloatArray, owners: IntArray, lattice: FloatArray
) -> list[tuple[int, int]]:
    """Pairs of a site and an earlier one with an atom at the site's first position."""
    found = []
    rows = max(1, 500_000 // len(places))  # Bounds the memory.
    for first in range(0, len(starts), rows):
        apart = starts[first : first + rows, None] - places
        apart -= np.round(apart)
        near = (np.abs(apart @ lattice) < _COINCIDE).all(axis=2)
        for site, place in zip(*np.nonzero(near), strict=True):
            if owners[place] < first + site:
                found.append((int(first + site), int(owners[place])))
    return found


def _whole(species: Species) -> bool:
    return len(species) == 1 and species[0][1] > 1 - OVERFULL_TOLERANCE


def _element(species: Species) -> object:
    return species[0][0] if _whole(species) else None

"""Atoms beyond the cell that a picture needs to be whole.

A polyhedron on the boundary needs all its corners and a molecule all its atoms; without
them they are fragments. What is drawn otherwise stays as it is.
"""

import numpy as np
from numpy.typing import NDArray

from crysformer.picture.bonds import DrawnBonds, is_nonmetal
from crysformer.picture.copies import BOUNDARY, Copies, Crystal, copy_keys

MAX_MOLECULE = 200
"""Atoms; a larger one is drawn as far as the cell goes."""


def missing_atoms(
    crystal: Crystal, drawn: Copies, bonds: DrawnBonds, centres: list[int]
) -> Copies:
    """Find the copies that complete polyhedra and molecules.

    Args:
        crystal: The crystal.
        drawn: What is drawn of it.
        bonds: Chemical bonds.
        centres: Sites that polyhedra are drawn around.
    """
    cell = crystal.neighbour_cell(bonds)
    wanted = _molecules(crystal, bonds, cell)
    for centre in centres:
        rows = np.flatnonzero(bonds.i == centre)
        corners = zip(bonds.j[rows].tolist(), cell[rows], strict=True)
        wanted.setdefault(centre, []).extend(corners)
    places = [
        (other, start + step)
        for site, start in zip(drawn.site.tolist(), drawn.cell, strict=True)
        for other, step in wanted.get(site, ())
    ]
    if not places:
        return Copies.none()
    site = np.array([site for site, _ in places], dtype=np.int64)
    where = np.array([cell for _, cell in places], dtype=np.int64).reshape(-1, 3)
    keys, first = np.unique(copy_keys(site, where), return_index=True)
    first = first[~np.isin(keys, drawn.keys())]
    return Copies(site[first], where[first], np.full(len(first), BOUNDARY))


def _molecules(
    crystal: Crystal, bonds: DrawnBonds, cell: NDArray[np.int64]
) -> dict[int, list[tuple[int, NDArray[np.int64]]]]:
    """By site, all other atoms of its molecule and their cells relative to its own.

    A molecule is what bonds between non-metals hold together, so that the linkers of a
    framework are molecules, too. Chains, sheets and nets of non-metals have no end and
    are none.
    """
    nonmetal = np.array([is_nonmetal(symbol) for symbol in crystal.symbols])
    held = np.flatnonzero(nonmetal[bonds.i] & nonmetal[bonds.j])
    ways: dict[int, list[int]] = {}
    for row in held.tolist():
        ways.setdefault(int(bonds.i[row]), []).append(row)
    found = {}
    for site in ways:
        places = _reached(site, ways, bonds, cell)
        if places:
            found[site] = [(other, step) for other, step in places.items()]
    return found


def _reached(
    first: int, ways: dict[int, list[int]], bonds: DrawnBonds, cell: NDArray[np.int64]
) -> dict[int, NDArray[np.int64]]:
    """Cells of all atoms that bonds lead to; none where they lead on without end."""
    places = {first: np.zeros(3, dtype=np.int64)}
    to_visit = [first]
    while to_visit:
        site = to_visit.pop()
        for row in ways[site]:
            other, place = int(bonds.j[row]), places[site] + cell[row]
            if other not in places:
                places[other] = place
                to_visit.append(other)
            elif (places[other] != place).any():
                return {}
        if len(places) > MAX_MOLECULE:
            return {}
    return places

"""Which copies of a crystal's atoms and bonds a picture shows.

A *copy* is an atom of the cell moved by whole lattice vectors. Sites are first wrapped
into the cell; ``shift`` remembers by how much, so that bonds given in the structure's own
coordinates still find their ends.
"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray
from pymatgen.core import Structure

from crysformer.picture.bonds import DrawnBonds


class Beyond(StrEnum):
    """What is drawn of bonds that leave the cell."""

    NOTHING = "Nothing"
    HALF_BONDS = "Half bonds"
    GHOST_ATOMS = "Ghost atoms"


CELL, BOUNDARY, GHOST = 0, 1, 2

# Atoms within this distance (Å) of a face count as lying on it and are repeated.
FACE_TOLERANCE = 0.05


@dataclass(frozen=True)
class Crystal:
    """A structure with every site wrapped into its cell.

    Attributes:
        symbols: Element of each site.
        frac: Fractional coordinates on [0, 1), ``(sites, 3)``.
        shift: Whole cells each site was moved down by, ``(sites, 3)``.
        on_face: Whether a site lies on the low face of each axis, ``(sites, 3)``.
        matrix: Lattice vectors as rows, Å.
    """

    symbols: tuple[str, ...]
    frac: NDArray[np.float64]
    shift: NDArray[np.int64]
    on_face: NDArray[np.bool_]
    matrix: NDArray[np.float64]

    @classmethod
    def of(cls, structure: Structure) -> "Crystal":
        """Wrap a structure; a site a hair below a face counts as on it."""
        margin = FACE_TOLERANCE / np.array(structure.lattice.abc)
        frac = structure.frac_coords
        shift = np.floor(frac + margin).astype(np.int64)
        wrapped = frac - shift
        return cls(
            symbols=tuple(site.specie.symbol for site in structure),
            frac=wrapped,
            shift=shift,
            on_face=wrapped < margin,
            matrix=structure.lattice.matrix,
        )

    def position(
        self, site: NDArray[np.int64], cell: NDArray[np.int64]
    ) -> NDArray[np.float64]:
        """Cartesian places of copies, ``(copies, 3)``."""
        return (self.frac[site] + cell) @ self.matrix

    def neighbour_cell(self, bonds: DrawnBonds) -> NDArray[np.int64]:
        """Cell of each bond's neighbour, for a centre in cell (0, 0, 0)."""
        return bonds.image + self.shift[bonds.j] - self.shift[bonds.i]


@dataclass(frozen=True)
class Copies:
    """Drawn atoms: site, cell and kind (``CELL``, ``BOUNDARY`` or ``GHOST``)."""

    site: NDArray[np.int64]
    cell: NDArray[np.int64]
    kind: NDArray[np.int64]

    @classmethod
    def none(cls) -> "Copies":
        """No atoms at all."""
        nothing = np.empty(0, dtype=np.int64)
        return cls(nothing, np.empty((0, 3), dtype=np.int64), nothing)

    def keys(self) -> NDArray[np.int64]:
        """One number per copy."""
        return copy_keys(self.site, self.cell)


@dataclass(frozen=True)
class Halves:
    """Drawn half bonds.

    Attributes:
        row: The bond's row, ``(halves,)``.
        site: Site of the copy it starts from, ``(halves,)``.
        cell: Cell of the copy it starts from, ``(halves, 3)``.
        reach: Part of the way to the neighbour that is drawn.
    """

    row: NDArray[np.int64]
    site: NDArray[np.int64]
    cell: NDArray[np.int64]
    reach: float = 0.5

    @classmethod
    def none(cls) -> "Halves":
        """No bonds at all."""
        nothing = np.empty(0, dtype=np.int64)
        return cls(nothing, nothing, np.empty((0, 3), dtype=np.int64))


def copy_keys(site: NDArray[np.int64], cell: NDArray[np.int64]) -> NDArray[np.int64]:
    """Number copies uniquely, for cells within ±500 of the origin."""
    base = 1001
    x, y, z = (cell + base // 2).T
    return ((site * base + x) * base + y) * base + z


def drawn_copies(
    crystal: Crystal, supercell: tuple[int, int, int], boundary: bool
) -> Copies:
    """List the atoms of the display cell and, on request, their images on its faces."""
    repeats = np.array(supercell)
    cells = np.stack(np.meshgrid(*map(np.arange, repeats + 1), indexing="ij"), axis=-1)
    cells = cells.reshape(-1, 3)
    outside = cells == repeats
    site = np.repeat(np.arange(len(crystal.symbols)), len(cells))
    cell = np.tile(cells, (len(crystal.symbols), 1))
    beyond = np.tile(outside, (len(crystal.symbols), 1))
    # A copy in the last, outer cell is on the face only if its site is on the low one.
    keep = (~beyond | crystal.on_face[site]).all(axis=1)
    kind = np.where(beyond.any(axis=1), BOUNDARY, CELL)
    if not boundary:
        keep &= kind == CELL
    return Copies(site[keep], cell[keep], kind[keep])


def drawn_halves(
    crystal: Crystal,
    drawn: Copies,
    bonds: DrawnBonds | None,
    beyond: Beyond,
    added: Copies | None = None,
) -> tuple[Copies, Halves]:
    """Give every drawn atom its half bonds.

    Args:
        crystal: The crystal.
        drawn: Atoms that are drawn.
        bonds: All bonds.
        beyond: What is drawn of bonds that leave the drawn atoms.
        added: Atoms that complete polyhedra and molecules; their own bonds are drawn
            only where they end at another drawn atom.

    Returns:
        The drawn atoms, those added, and the ghosts that "Ghost atoms" asks for; and the
        halves.
    """
    if bonds is None or not len(bonds):
        return drawn, Halves.none()
    inner, drawn = drawn, drawn if added is None else _with(drawn, added)
    drawn, halves = _halves_of(crystal, inner, drawn, bonds, beyond)
    if added is None:
        return drawn, halves
    return drawn, _joined(halves, _halves_back(crystal, added, drawn, bonds))


def _halves_of(
    crystal: Crystal, inner: Copies, drawn: Copies, bonds: DrawnBonds, beyond: Beyond
) -> tuple[Copies, Halves]:
    """Half bonds of the inner ones of all drawn atoms, and the ghosts they lead to."""
    atom, row = _bonds_of_copies(inner.site, bonds)
    start = inner.cell[atom]
    end = start + crystal.neighbour_cell(bonds)[row]
    inside = np.isin(copy_keys(bonds.j[row], end), drawn.keys())
    if beyond == Beyond.NOTHING:
        atom, row, start = atom[inside], row[inside], start[inside]
    halves = Halves(row, inner.site[atom], start)
    if beyond != Beyond.GHOST_ATOMS or inside.all():
        return drawn, halves
    ghosts = _unique_copies(bonds.j[row][~inside], end[~inside])
    back = _halves_back(crystal, ghosts, inner, bonds)
    return _with(drawn, ghosts), _joined(halves, back)


def whole_bonds_of(
    crystal: Crystal, drawn: Copies, bonds: DrawnBonds, focus: int
) -> tuple[Copies, Halves]:
    """Draw the bonds of one atom of the cell alone, each to its far end.

    Returns:
        The drawn atoms with the neighbours added that lie outside, and the bonds.
    """
    row = np.flatnonzero(bonds.i == focus)
    site, end = bonds.j[row], crystal.neighbour_cell(bonds)[row]
    outside = ~np.isin(copy_keys(site, end), drawn.keys())
    home = np.zeros((len(row), 3), dtype=np.int64)
    everyone = _with(drawn, _unique_copies(site[outside], end[outside]))
    return everyone, Halves(row, bonds.i[row], home, reach=1.0)


def _with(drawn: Copies, ghosts: Copies) -> Copies:
    return Copies(
        np.concatenate([drawn.site, ghosts.site]),
        np.concatenate([drawn.cell, ghosts.cell]),
        np.concatenate([drawn.kind, ghosts.kind]),
    )


def _bonds_of_copies(
    site: NDArray[np.int64], bonds: DrawnBonds
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Pair every copy with the bonds of its site: indices of copies and of bonds."""
    order = np.argsort(bonds.i, kind="stable")
    first = np.searchsorted(bonds.i[order], site, side="left")
    count = np.searchsorted(bonds.i[order], site, side="right") - first
    copy = np.repeat(np.arange(len(site)), count)
    within = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    return copy, order[first[copy] + within]


def _unique_copies(site: NDArray[np.int64], cell: NDArray[np.int64]) -> Copies:
    _, first = np.unique(copy_keys(site, cell), return_index=True)
    return Copies(site[first], cell[first], np.full(len(first), GHOST))


def _halves_back(
    crystal: Crystal, ghosts: Copies, drawn: Copies, bonds: DrawnBonds
) -> Halves:
    """Halves that ghosts draw towards atoms inside: they show the reverse direction."""
    atom, row = _bonds_of_copies(ghosts.site, bonds)
    start = ghosts.cell[atom]
    end = start + crystal.neighbour_cell(bonds)[row]
    inside = np.isin(copy_keys(bonds.j[row], end), drawn.keys())
    return Halves(row[inside], ghosts.site[atom][inside], start[inside])


def _joined(first: Halves, second: Halves) -> Halves:
    return Halves(
        np.concatenate([first.row, second.row]),
        np.concatenate([first.site, second.site]),
        np.concatenate([first.cell, second.cell]),
    )

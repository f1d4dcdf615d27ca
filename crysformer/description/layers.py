"""Whether the bonded atoms of a crystal form layers.

On a scale k of bond lengths over sums of covalent radii the bonds of a crystal come one
by one, and at each k its bonded parts are molecules, chains, layers or the whole crystal.
The kind that takes the widest part of the scale is what the crystal consists of: the
scoring of Larsen et al., Phys. Rev. Materials 3, 034003 (2019), with the radii of ase.

ase's own analysis takes the longer the more vacuum there is. Two things bound this one
(our choice): parts are joined in a union-find that remembers lattice vectors, and the
scale ends at a k beyond which little is left to win. Where that little would decide, and
where there are too many bonds, it cannot be told.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence

import numpy as np
from pymatgen.core import Structure

from crysformer.arrays import FloatArray
from crysformer.errors import StructureError
from crysformer.structure.periodic import Compact, neighbours_within

MAX_BONDS = 100_000
"""Bonds that are looked at, which takes a few tenths of a second."""
_MAX_VISITED = 400_000

_ENDS = (1.1, 1.3, 1.6, 2.0, 2.5, 3.2)  # k up to which bonds are searched, in turn.
_WIDTH = 0.15  # k beyond 1 at which half of all scores are given away [paper].
_WHOLE = (3,)

Vector = Sequence[int]


def has_layers(structure: Structure) -> bool | None:
    """Tell whether bonded atoms form layers, alone or beside molecules and chains.

    Args:
        structure: Ordered crystal.

    Returns:
        None where that would take too long or is too close to call.
    """
    parts = _Parts(len(structure))
    scores: dict[tuple[int, ...], float] = defaultdict(float)
    begin, kinds = 0.0, parts.kinds()
    try:
        for k, bonds in _by_k(structure):
            for bond in bonds:
                parts.join(*bond)
            now = parts.kinds()
            if now != kinds:
                scores[kinds] += _share(k) - _share(begin)
                begin, kinds = k, now
            if kinds == _WHOLE:
                break
    except StructureError:  # Too many bonds, or a search that would be too long.
        return None
    # What is left of the scale goes to whoever leads at its end, if it goes at all.
    reached = np.inf if kinds == _WHOLE else _ENDS[-1]
    scores[kinds] += _share(reached) - _share(begin)
    left = 1.0 - _share(reached)
    first, second, *_ = [*sorted(scores.values(), reverse=True), 0.0]
    if first - second <= left:
        return None
    return 2 in max(scores, key=lambda kind: scores[kind])


def _share(k: float) -> float:
    """Part of all scores that lies below k."""
    if k == np.inf:
        return 1.0
    square = (max(0.0, k - 1.0) / _WIDTH) ** 2
    return square / (1.0 + square)


def _by_k(structure: Structure) -> Iterator[tuple[float, list[tuple[int, int, Vector]]]]:
    """Yield bonds by increasing k, those of one k together.

    Raises:
        StructureError: There are too many.
    """
    # ase brings scipy.spatial: the first picture, drawn before, does not wait for it.
    from ase.data import covalent_radii

    compact = Compact.of(structure.lattice.matrix, structure.frac_coords)
    radii = covalent_radii[[site.specie.Z for site in structure]]
    sites = np.arange(len(radii))
    below, looked_at = 0.0, 0
    for end in _ENDS:
        longest = 2.0 * end * float(radii.max())
        found = neighbours_within(
            compact.lattice, compact.frac_coords, sites, longest, _MAX_VISITED
        )
        k: FloatArray = found.length / (radii[found.centre] + radii[found.neighbour])
        # One direction of each bond is enough.
        rows = np.flatnonzero(
            (k > below) & (k <= end) & (found.centre <= found.neighbour)
        )
        looked_at += len(rows)
        if looked_at > MAX_BONDS:
            raise StructureError(f"has more than {MAX_BONDS} bonds to look at")
        rows = rows[np.argsort(k[rows], kind="stable")]
        first = np.flatnonzero(np.diff(np.round(k[rows], 6)) > 0) + 1
        for chosen in np.split(rows, first) if len(rows) else []:
            columns = (found.centre, found.neighbour, found.image)
            one, other, image = (column[chosen].tolist() for column in columns)
            yield float(k[chosen[0]]), list(zip(one, other, image, strict=True))
        below = end


class _Parts:
    """Bonded parts of a crystal, and the directions in which each repeats.

    Attributes:
        parent: Another atom of the same part, or the atom itself, for each atom.
        offset: Lattice vector from that atom's copy to this one's.
        repeats: Independent lattice vectors that lead from a part to itself, by root.
    """

    def __init__(self, atoms: int) -> None:
        self.parent = list(range(atoms))
        self.offset: list[Vector] = [(0, 0, 0)] * atoms
        self.repeats: dict[int, list[Vector]] = {atom: [] for atom in range(atoms)}

    def kinds(self) -> tuple[int, ...]:
        """Dimensions of the parts that there are, ascending."""
        return tuple(sorted({len(vectors) for vectors in self.repeats.values()}))

    def join(self, one: int, other: int, image: Vector) -> None:
        """Bond an atom to another one's copy in a cell."""
        first, start = self._root(one)
        second, end = self._root(other)
        # From the root of the one to that of the other, or back to the same.
        vector = tuple(a + b - c for a, b, c in zip(start, image, end, strict=True))
        if first == second:
            self._add(first, vector)
            return
        self.parent[second], self.offset[second] = first, vector
        for each in self.repeats.pop(second):
            self._add(first, each)

    def _root(self, atom: int) -> tuple[int, Vector]:
        """The atom that stands for a part, and the vector from it; paths get shorter."""
        path = []
        while self.parent[atom] != atom:
            path.append(atom)
            atom = self.parent[atom]
        total: Vector = (0, 0, 0)
        for each in reversed(path):
            x, y, z = self.offset[each]
            total = (total[0] + x, total[1] + y, total[2] + z)
            self.parent[each], self.offset[each] = atom, total
        return atom, total

    def _add(self, root: int, vector: Vector) -> None:
        """Keep a vector that is independent of those known."""
        known = self.repeats[root]
        if len(known) == 3 or not any(vector):
            return
        if np.linalg.matrix_rank([*known, vector]) > len(known):
            known.append(vector)

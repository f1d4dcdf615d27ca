"""One atom of a crystal and its bonds in the network's graph: shells, kinds, angles.

A *shell* holds neighbours at one distance; a *kind* holds bonds that the symmetry of the
crystal makes equal. Everything is found without the network, on the given cell.
"""

from collections import Counter
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from crysformer.arrays import FloatArray, IntArray
from crysformer.graph.crystal import CrystalGraph
from crysformer.graph.rule import NUM_NEIGHBOURS

SAME_LENGTH = 1e-3
"""Neighbours whose distances differ by less belong to one shell, Å."""


@dataclass(frozen=True)
class Group:
    """Bonds of one atom that belong together.

    Attributes:
        members: Places of the bonds in the neighbourhood, ascending.
        length: Å.
        symbols: Elements of the neighbours, such as "Cl" or "Si, O".
        weight: Envelope in (0, 1]: how much the bonds count; below 1 they fade out.
    """

    members: IntArray
    length: float
    symbols: str
    weight: float

    def __len__(self) -> int:
        return len(self.members)

    @property
    def text(self) -> str:
        """The group in words, such as "6 × Cl at 2.820 Å"."""
        return f"{len(self)} × {self.symbols} at {self.length:.3f} Å"


@dataclass(frozen=True)
class Neighbourhood:
    """Bonds of one site, sorted by length.

    Attributes:
        site: The atom, counted as in the given cell.
        atom: Its representative in the quotient graph.
        labels: Names of all sites.
        rows: Rows of its bonds in ``CrystalGraph.bonds``, (bonds,).
        orbit: Rows of their representatives in the quotient graph, (bonds,).
        neighbour: Site each bond leads to, (bonds,).
        image: Cell of that site, (bonds, 3).
        vector: From the atom to the neighbour, Å, (bonds, 3).
        length: Å, (bonds,).
        weight: Envelope of each bond in (0, 1], (bonds,).
        symbols: Element at the end of each bond.
    """

    site: int
    atom: int
    labels: tuple[str, ...]
    rows: IntArray
    orbit: IntArray
    neighbour: IntArray
    image: IntArray
    vector: FloatArray
    length: FloatArray
    weight: FloatArray
    symbols: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def label(self) -> str:
        """Name of the atom, such as Na1."""
        return self.labels[self.site]

    @cached_property
    def shells(self) -> tuple[Group, ...]:
        """Neighbours at equal distances, nearest first."""
        steps = np.flatnonzero(np.diff(self.length) > SAME_LENGTH) + 1
        return tuple(
            self._group(members) for members in np.split(np.arange(len(self)), steps)
        )

    @cached_property
    def kinds(self) -> tuple[Group, ...]:
        """Bonds that are equal by symmetry, nearest first."""
        first = {orbit: place for place, orbit in reversed(list(enumerate(self.orbit)))}
        return tuple(
            self._group(np.flatnonzero(self.orbit == orbit))
            for orbit in sorted(first, key=first.__getitem__)
        )

    @cached_property
    def kind_of(self) -> IntArray:
        """Number of the kind of each bond, (bonds,)."""
        return _numbers(self.kinds, len(self))

    @cached_property
    def shell_of(self) -> IntArray:
        """Number of the shell of each bond, (bonds,)."""
        return _numbers(self.shells, len(self))

    @cached_property
    def angles(self) -> FloatArray:
        """Angle between every two bonds, degrees, (bonds, bonds)."""
        unit = self.vector / np.linalg.norm(self.vector, axis=1, keepdims=True)
        # Rounded, so that angles which are equal by symmetry have exactly one colour.
        return np.round(np.degrees(np.arccos(np.clip(unit @ unit.T, -1.0, 1.0))), 4)

    @property
    def torn_shell(self) -> tuple[Group, int] | None:
        """The shell that a hard cut after the 12th neighbour would tear apart.

        Returns:
            The shell and how many of it are among the first 12; None where 12 is the end
            of a shell.
        """
        shell = self.shells[self.shell_of[NUM_NEIGHBOURS - 1]]
        inside = int((shell.members < NUM_NEIGHBOURS).sum())
        return None if inside == len(shell) else (shell, inside)

    def bond_text(self, place: int) -> str:
        """One bond in words, such as "Na1 → Cl3, 2.820 Å"."""
        end = self.labels[self.neighbour[place]]
        return f"{self.label} → {end}, {self.length[place]:.3f} Å"

    def _group(self, members: IntArray) -> Group:
        symbols = Counter(self.symbols[place] for place in members)
        return Group(
            members,
            float(self.length[members[0]]),
            ", ".join(symbols),
            float(self.weight[members].min()),
        )


def neighbourhood_of(graph: CrystalGraph, site: int) -> Neighbourhood:
    """Bonds of one site of the given cell."""
    bonds, frac = graph.bonds, graph.structure.frac_coords
    rows = np.flatnonzero(bonds.i == site)
    neighbour, image, orbit = bonds.j[rows], bonds.image[rows], bonds.orbit[rows]
    steps = frac[neighbour] + image - frac[site]
    return Neighbourhood(
        site=site,
        atom=int(graph.atom_of_site[site]),
        labels=graph.labels,
        rows=rows,
        orbit=orbit,
        neighbour=neighbour,
        image=image,
        vector=steps @ graph.structure.lattice.matrix,
        length=bonds.length[rows],
        weight=graph.quotient.bond_weight[orbit],
        symbols=tuple(graph.structure[j].specie.symbol for j in neighbour.tolist()),
    )


def _numbers(groups: tuple[Group, ...], count: int) -> IntArray:
    number = np.empty(count, dtype=np.int64)
    for k, group in enumerate(groups):
        number[group.members] = k
    return number

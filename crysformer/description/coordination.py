"""How many neighbours of which element each kind of atom is bonded to, and how far.

Bonds are the chemical bonds that the 3D view draws, not the edges of the network, which
always has at least twelve.
"""

from collections import defaultdict
from dataclasses import dataclass

from pymatgen.core import Structure

from crysformer.picture.bonds import chemical_bonds
from crysformer.structure.symmetry import find_symmetry


@dataclass(frozen=True)
class Shell:
    """Bonded neighbours of one element.

    Attributes:
        element: Chemical symbol.
        count: How many.
        shortest: Shortest bond, Å.
        longest: Longest bond, Å.
    """

    element: str
    count: int
    shortest: float
    longest: float

    def __str__(self) -> str:
        nearest, farthest = f"{self.shortest:.3f}", f"{self.longest:.3f}"
        length = nearest if nearest == farthest else f"{nearest} to {farthest}"
        return f"{self.count} {self.element} at {length} Å"


@dataclass(frozen=True)
class Coordination:
    """The bonded neighbours of one kind of atom.

    Attributes:
        element: Chemical symbol of the atom in the middle.
        sites: Equivalent atoms of this kind in the given cell.
        shells: Neighbours, one entry per element, the nearest first.
    """

    element: str
    sites: int
    shells: tuple[Shell, ...]

    @property
    def number(self) -> int:
        """Coordination number."""
        return sum(shell.count for shell in self.shells)

    def row(self) -> dict[str, str]:
        """Return it as text under the headings of a table."""
        return {
            "Atom": f"{self.element} (×{self.sites})",
            "Coordination": str(self.number),
            "Bonded to": ", ".join(map(str, self.shells)),
        }


def coordination(structure: Structure) -> list[Coordination]:
    """Count the bonded neighbours of each kind of atom.

    Returns:
        One entry for each orbit of the space group, in the order of their first sites.

    Raises:
        StructureError: spglib cannot determine the symmetry.
    """
    bonds = chemical_bonds(structure)
    symbols = [site.specie.symbol for site in structure]
    members: dict[int, list[int]] = defaultdict(list)
    for site, orbit in enumerate(find_symmetry(structure).crystallographic_orbits):
        members[int(orbit)].append(site)
    found = []
    for sites in members.values():
        lengths: dict[str, list[float]] = defaultdict(list)
        for row in (bonds.i == sites[0]).nonzero()[0]:
            lengths[symbols[bonds.j[row]]].append(float(bonds.length[row]))
        shells = [
            Shell(symbol, len(each), min(each), max(each))
            for symbol, each in lengths.items()
        ]
        shells.sort(key=lambda shell: shell.shortest)
        found.append(Coordination(symbols[sites[0]], len(sites), tuple(shells)))
    return found

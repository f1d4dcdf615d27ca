"""One textbook crystal: its facts, and the structure that follows from them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING

from crysformer.errors import LibraryError
from crysformer.library.formula import count_elements, reduced
from crysformer.library.space_group import short_symbol

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from pymatgen.core import Structure


@dataclass(frozen=True, slots=True)
class Orbit:
    """One set of symmetry-equivalent atoms.

    Attributes:
        element: Its chemical symbol.
        multiplicity: How many of the atoms one conventional cell holds.
        letter: The letter of the Wyckoff position.
        frac_coords: One of the atoms, as fractions of the conventional cell's vectors.
    """

    element: str
    multiplicity: int
    letter: str
    frac_coords: tuple[float, float, float]

    @property
    def wyckoff(self) -> str:
        """The Wyckoff position as it is written, such as 8c."""
        return f"{self.multiplicity}{self.letter}"


@dataclass(frozen=True)
class LibraryCrystal:
    """The facts about one crystal.

    Attributes:
        id: Its name in a URL.
        name: What people call it.
        formula: Its formula unit, as it is usually written.
        prototype: The structure type, with its Strukturbericht symbol if it has one.
        tags: What it is and what it is known for; crystals of one substance share a
            ``polymorph:`` tag.
        space_group: Number of its space group in the International Tables.
        lattice: a, b, c in A and alpha, beta, gamma in degrees, conventional cell.
        orbits: The independent atoms.
        density: Tabulated density in g/cm3, or None where none was at hand.
        density_source: The book or paper of the density; empty without a density.
        source: The book or paper of the lattice constants and coordinates.
        note: Conditions or idealisations; empty for room temperature and pressure.
    """

    id: str
    name: str
    formula: str
    prototype: str
    tags: tuple[str, ...]
    space_group: int
    lattice: tuple[float, float, float, float, float, float]
    orbits: tuple[Orbit, ...]
    density: float | None
    density_source: str
    source: str
    note: str

    @cached_property
    def composition(self) -> Mapping[str, int]:
        """Atoms of each element in the reduced formula."""
        return MappingProxyType(reduced(count_elements(self.formula)))

    @property
    def elements(self) -> frozenset[str]:
        """The chemical symbols in the crystal."""
        return frozenset(self.composition)

    @property
    def n_sites(self) -> int:
        """Atoms in the conventional cell."""
        return sum(orbit.multiplicity for orbit in self.orbits)

    @property
    def space_group_symbol(self) -> str:
        """Hermann-Mauguin symbol of the space group, such as Fm-3m."""
        return short_symbol(self.space_group)

    def structure(self) -> Structure:
        """Build the conventional cell from the space group and the orbits.

        Returns:
            A new structure, which the caller may change.

        Raises:
            LibraryError: An orbit has not as many atoms as its Wyckoff position says.
        """
        # A search of the library needs no pymatgen.
        from pymatgen.core import Lattice, Structure

        species: list[str] = []
        coords: list[NDArray[np.float64]] = []
        for orbit in self.orbits:
            images = _images(self.space_group, orbit.frac_coords)
            if len(images) != orbit.multiplicity:
                raise LibraryError(
                    f"In the crystal library, '{self.id}' puts {orbit.element} on "
                    f"{orbit.wyckoff}, but its coordinates make {len(images)} atoms."
                )
            species += [orbit.element] * len(images)
            coords += list(images)
        return Structure(Lattice.from_parameters(*self.lattice), species, coords)


@cache
def _operations(space_group: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return rotations and translations of a space group in its standard setting.

    They are those of pymatgen's ``Structure.from_spacegroup``, which takes a second to
    work out the 192 operations of a face-centred group; spglib keeps them in a table.
    """
    import spglib  # Late, as numpy: a search of the library builds no structure.

    # Of the settings that spglib lists for one group, the standard one comes first:
    # origin choice 1, hexagonal axes, unique axis b.
    hall = next(
        hall
        for hall in range(1, 531)
        if spglib.get_spacegroup_type(hall).number == space_group
    )
    operations = spglib.get_symmetry_from_database(hall)
    return operations["rotations"].astype(float), operations["translations"]


def _images(
    space_group: int, frac_coords: tuple[float, float, float]
) -> NDArray[np.float64]:
    """Return the distinct equivalent positions of a point within one cell."""
    import numpy as np  # Late, as spglib is.

    rotations, translations = _operations(space_group)
    images = (rotations @ np.array(frac_coords) + translations) % 1.0
    apart = images[:, None] - images[None]
    same = np.all(np.abs(apart - np.round(apart)) < 1e-5, axis=-1)
    # An image is kept where it is the first of those that coincide with it.
    return images[np.argmax(same, axis=1) == np.arange(len(images))]

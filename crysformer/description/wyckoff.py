"""The crystallographer's description: space group and occupied Wyckoff positions.

Letters, multiplicities and coordinates are those of the conventional cell in the standard
setting that spglib names; a textbook may use another origin for the same crystal.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from pymatgen.core import Structure

from crysformer.structure.cells import in_cell
from crysformer.structure.symmetry import find_symmetry


@dataclass(frozen=True)
class WyckoffPosition:
    """One occupied orbit of atoms.

    Attributes:
        element: Chemical symbol.
        multiplicity: Atoms of the orbit in the conventional cell.
        letter: Wyckoff letter.
        site_symmetry: Point group of the site, in spglib's oriented symbol.
        frac_coords: One atom of the orbit, fractions on [0, 1).
    """

    element: str
    multiplicity: int
    letter: str
    site_symmetry: str
    frac_coords: tuple[float, float, float]

    @property
    def label(self) -> str:
        """Multiplicity and letter, as in 4a."""
        return f"{self.multiplicity}{self.letter}"


@dataclass(frozen=True)
class WyckoffTable:
    """Occupied positions of a crystal and the setting they are given in.

    Attributes:
        space_group: Hermann-Mauguin symbol in ASCII.
        number: Space group number.
        hall: Hall symbol, which fixes axes and origin.
        choice: Setting as spglib names it; empty for groups with only one.
        lattice: a, b, c in Å and alpha, beta, gamma in degrees, conventional cell.
        positions: Occupied orbits, by letter.
    """

    space_group: str
    number: int
    hall: str
    choice: str
    lattice: tuple[float, ...]
    positions: tuple[WyckoffPosition, ...]

    def rows(self) -> list[dict[str, str]]:
        """Return each orbit as text under the headings of a table."""
        return [
            {
                "Element": position.element,
                "Position": position.label,
                "Site symmetry": position.site_symmetry,
                **dict(zip("xyz", map(_fraction, position.frac_coords), strict=True)),
            }
            for position in self.positions
        ]


def wyckoff_table(structure: Structure) -> WyckoffTable:
    """Find the occupied Wyckoff positions of an ordered crystal.

    Raises:
        StructureError: spglib cannot determine the symmetry.
    """
    crystal = in_cell(structure, "Conventional")
    data = find_symmetry(crystal)
    positions = []
    for orbit in np.unique(data.crystallographic_orbits):
        sites = np.flatnonzero(data.crystallographic_orbits == orbit)
        positions.append(
            WyckoffPosition(
                element=crystal[sites[0]].specie.symbol,
                multiplicity=len(sites),
                letter=data.wyckoffs[sites[0]],
                site_symmetry=data.site_symmetry_symbols[sites[0]],
                frac_coords=min(
                    map(_wrapped, crystal.frac_coords[sites]), key=_plainness
                ),
            )
        )
    return WyckoffTable(
        space_group=data.international,
        number=int(data.number),
        hall=data.hall,
        choice=data.choice,
        lattice=crystal.lattice.parameters,
        positions=tuple(sorted(positions, key=lambda each: (each.letter, each.element))),
    )


def _wrapped(frac_coords: Sequence[float]) -> tuple[float, float, float]:
    # Rounding first: 1 - 1e-17 is the origin, and not almost one.
    x, y, z = (float(round(x, 9) % 1.0) for x in frac_coords)
    return x, y, z


def _plainness(frac_coords: tuple[float, float, float]) -> tuple[object, ...]:
    """Sort x x x before x x 0 before x y z, as tables of positions do."""
    return len(set(frac_coords)), frac_coords


def _fraction(x: float) -> str:
    """Write a coordinate, simple fractions as what they are."""
    for denominator in (1, 2, 3, 4, 6, 8):
        numerator = x * denominator
        if abs(numerator - round(numerator)) < 1e-6:
            whole = round(numerator)
            return f"{whole}/{denominator}" if denominator > 1 else str(whole)
    return f"{x:.5f}"

"""What is known of a crystal without any model: cell, symmetry, density."""

from collections import Counter
from dataclasses import dataclass

import spglib
from pymatgen.core import Structure
from pymatgen.util.string import unicodeify, unicodeify_spacegroup

from crysformer.structure.symmetry import find_symmetry

# Last space group of each crystal system.
_SYSTEMS = (
    (2, "triclinic"),
    (15, "monoclinic"),
    (74, "orthorhombic"),
    (142, "tetragonal"),
    (167, "trigonal"),
    (194, "hexagonal"),
    (230, "cubic"),
)


@dataclass(frozen=True)
class Facts:
    """Facts about one crystal.

    Attributes:
        formula: Reduced formula.
        sites: Atoms in the given cell.
        primitive_sites: Atoms in the primitive cell.
        space_group: Hermann-Mauguin symbol.
        number: Space group number.
        crystal_system: One of the seven.
        point_group: Hermann-Mauguin symbol.
        lengths: Edges of the given cell, Å.
        angles: Angles of the given cell, degrees.
        volume: Volume per atom, Å³.
        density: g/cm³.
        wyckoff: Element, multiplicity and Wyckoff letter of the orbits of atoms, and
            how many are alike.
    """

    formula: str
    sites: int
    primitive_sites: int
    space_group: str
    number: int
    crystal_system: str
    point_group: str
    lengths: tuple[float, float, float]
    angles: tuple[float, float, float]
    volume: float
    density: float
    wyckoff: tuple[str, ...]

    def rows(self) -> list[tuple[str, str]]:
        """Return label and text of each fact, with units."""
        lengths = ", ".join(f"{length:.3f}" for length in self.lengths)
        angles = ", ".join(f"{angle:.2f}" for angle in self.angles)
        return [
            ("Formula", self.formula),
            ("Space group", f"{self.space_group} ({self.number})"),
            ("Crystal system", self.crystal_system),
            ("Point group", self.point_group),
            ("Wyckoff positions", ", ".join(self.wyckoff)),
            ("Cell a, b, c", f"{lengths} Å"),
            ("Cell α, β, γ", f"{angles} °"),
            (
                "Atoms in this cell",
                f"{self.sites} (primitive cell: {self.primitive_sites})",
            ),
            ("Volume per atom", f"{self.volume:.2f} Å³"),
            ("Density", f"{self.density:.3f} g/cm³"),
        ]


def crystal_facts(structure: Structure) -> Facts:
    """Find symmetry and cell data of an ordered crystal.

    Raises:
        StructureError: spglib cannot determine the symmetry.
    """
    data = find_symmetry(structure)
    lattice = structure.lattice
    return Facts(
        formula=unicodeify(structure.composition.reduced_formula),
        sites=len(structure),
        primitive_sites=int(data.mapping_to_primitive.max()) + 1,
        space_group=unicodeify_spacegroup(data.international),
        number=int(data.number),
        crystal_system=next(name for last, name in _SYSTEMS if data.number <= last),
        point_group=unicodeify_spacegroup(data.pointgroup),
        lengths=tuple(lattice.abc),
        angles=tuple(lattice.angles),
        volume=structure.volume / len(structure),
        density=float(structure.density),
        wyckoff=_wyckoff_positions(structure, data),
    )


def _wyckoff_positions(
    structure: Structure, data: spglib.SpglibDataset
) -> tuple[str, ...]:
    """Element, multiplicity in the conventional cell and letter; equal ones counted."""
    cells = len(data.std_types) / len(structure)
    count = Counter(data.crystallographic_orbits.tolist())
    orbits = Counter(
        f"{structure[site].specie.symbol} {round(number * cells)}{data.wyckoffs[site]}"
        for site, number in count.items()
    )
    return tuple(
        f"{times} × {orbit}" if times > 1 else orbit for orbit, times in orbits.items()
    )
